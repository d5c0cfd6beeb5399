package dev.poise.template;

import dev.poise.template.Expression.CallArguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Gives expressions their values.
record Evaluator(Work work) {

    Value value(Expression expression, Scope scope) {
        work.step();
        return switch (expression) {
            case Expression.Constant(Value value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.TupleLiteral(List<Expression> items) -> new Value.Items(values(items, scope), true);
            case Expression.ListLiteral(List<Expression> items) -> Value.Items.list(values(items, scope));
            case Expression.DictLiteral(List<Expression.Pair> pairs) -> dict(pairs, scope);
            case Expression.Attribute(Expression of, String name) -> Access.attribute(value(of, scope), name, work);
            case Expression.Item(Expression of, Expression index) ->
                Access.item(value(of, scope), value(index, scope), work);
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope, null);
            case Expression.Filtered(Expression of, Expression.Filter filter) ->
                filtered(value(of, scope), filter, scope);
            case Expression.Test(Expression of, String name, CallArguments arguments) ->
                Value.Bool.of(Tests.holds(name, value(of, scope), arguments(arguments, scope), work));
            case Expression.Not(Expression operand) -> Value.Bool.of(!Truth.of(value(operand, scope)));
            case Expression.Negative(Expression operand) -> Operations.negative(value(operand, scope));
            case Expression.Positive(Expression operand) -> Operations.positive(value(operand, scope));
            case Expression.Arithmetic arithmetic -> arithmetic(arithmetic, scope);
            case Expression.Concatenation(List<Expression> parts) -> concatenation(parts, scope);
            case Expression.And(Expression left, Expression right) -> {
                Value first = value(left, scope);
                yield Truth.of(first) ? value(right, scope) : first;
            }
            case Expression.Or(Expression left, Expression right) -> {
                Value first = value(left, scope);
                yield Truth.of(first) ? first : value(right, scope);
            }
            case Expression.Comparison comparison -> Value.Bool.of(holds(comparison, scope));
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
    }

    private List<Value> values(List<Expression> expressions, Scope scope) {
        work.elements(expressions.size());
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(value(expression, scope));
        }
        return values;
    }

    private Value dict(List<Expression.Pair> pairs, Scope scope) {
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(pairs.size());
        for (Expression.Pair pair : pairs) {
            Value key = value(pair.key(), scope);
            entries.add(Map.entry(key, value(pair.value(), scope)));
        }
        return Value.Dict.of(entries, work);
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        Value of = value(slice.of(), scope);
        return Slices.slice(
                of, optional(slice.start(), scope), optional(slice.stop(), scope), optional(slice.step(), scope), work);
    }

    private @Nullable Value optional(@Nullable Expression expression, Scope scope) {
        return expression == null ? null : value(expression, scope);
    }

    /// The left operands of a long sum are gone down without a call each.
    private Value arithmetic(Expression.Arithmetic arithmetic, Scope scope) {
        List<Expression.Arithmetic> chain = new ArrayList<>();
        Expression first = arithmetic;
        while (first instanceof Expression.Arithmetic sum) {
            chain.add(sum);
            first = sum.left();
        }
        Value result = value(first, scope);
        for (Expression.Arithmetic each : chain.reversed()) {
            result = Operations.apply(each.operator(), result, value(each.right(), scope), work);
        }
        return result;
    }

    private Value concatenation(List<Expression> parts, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Value value : values(parts, scope)) {
            String part = Printed.of(value, work);
            work.chars(part.length());
            text.append(part);
        }
        return Value.Str.of(text.toString());
    }

    private boolean holds(Expression.Comparison comparison, Scope scope) {
        Value left = value(comparison.first(), scope);
        for (Expression.Operand operand : comparison.rest()) {
            Value right = value(operand.value(), scope);
            if (!Comparisons.holds(operand.relation(), left, right, work)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (Truth.of(value(conditional.test(), scope))) {
            return value(conditional.then(), scope);
        }
        Expression otherwise = conditional.otherwise();
        return otherwise == null
                ? new Value.Undefined("the condition does not hold, and there is no 'else'")
                : value(otherwise, scope);
    }

    /// Calls something.
    ///
    /// @param caller what the call's block gives as `caller`; null where the call has no block
    Value call(Expression.Call call, Scope scope, @Nullable Value caller) {
        Value function = value(call.function(), scope);
        Arguments arguments = arguments(call.arguments(), scope);
        if (caller != null) {
            arguments.named().put("caller", caller);
        }
        Operations.defined(function);
        Value.Call what = function instanceof Value.Thing thing ? thing.call() : null;
        if (what == null) {
            throw Fault.of("cannot be called: " + Types.name(function));
        }
        work.enter();
        Value result = what.with(arguments);
        work.leave();
        return result;
    }

    Value filtered(Value value, Expression.Filter filter, Scope scope) {
        return Filters.apply(filter.name(), value, arguments(filter.arguments(), scope), work);
    }

    private Arguments arguments(CallArguments given, Scope scope) {
        List<Value> positional = values(given.positional(), scope);
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        for (Expression.Named each : given.named()) {
            if (named.put(each.name(), value(each.value(), scope)) != null) {
                throw Fault.of("the argument '" + each.name() + "' is given twice");
            }
        }
        if (given.spread() != null) {
            positional.addAll(Iteration.list(value(given.spread(), scope), work));
        }
        if (given.spreadNamed() != null) {
            if (!(value(given.spreadNamed(), scope) instanceof Value.Dict dict)) {
                throw Fault.of("'**' must be given a dictionary");
            }
            for (Map.Entry<Value, Value> entry : dict.entries().values()) {
                if (!(entry.getKey() instanceof Value.Str name) || named.put(name.text(), entry.getValue()) != null) {
                    throw Fault.of("'**' must give every argument once, by a name");
                }
            }
        }
        return new Arguments(positional, named);
    }
}
