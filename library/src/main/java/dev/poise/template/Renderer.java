package dev.poise.template;

import dev.poise.template.Statement.Body;
import dev.poise.template.Statement.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Carries out statements.
final class Renderer {

    /// How a statement ends: as usual, or by leaving the loop around it or its turn.
    private enum End {
        NORMAL,
        BREAK,
        CONTINUE
    }

    private final Scoping scoping;
    private final Work work;
    private final Evaluator evaluator;
    private final Scope root;
    private boolean misplaced;

    /// @param variables what the template is given, functions included
    Renderer(Scoping scoping, Map<String, Value> variables, Work work) {
        this.scoping = scoping;
        this.work = work;
        this.evaluator = new Evaluator(work);
        this.root = new Scope(new Scope(variables));
    }

    Rendering render(Body template) {
        Output output = new Output(true, work);
        hide(template, root);
        run(template, root, output);
        return new Rendering(output.text().toString(), output.generations(), misplaced);
    }

    private void hide(Body body, Scope scope) {
        scoping.hidden(body).forEach(name -> scope.set(name, Value.Undefined.name(name)));
    }

    /// A scope for a block, in which the block's own variables are not there yet.
    private Scope within(Scope outer, Body body) {
        Scope scope = new Scope(outer);
        hide(body, scope);
        return scope;
    }

    private End run(Body body, Scope scope, Output output) {
        for (Statement statement : body.statements()) {
            work.step();
            try {
                End end = run(statement, scope, output);
                if (end != End.NORMAL) {
                    return end;
                }
            } catch (Fault fault) {
                throw fault.at(statement.line());
            }
        }
        return End.NORMAL;
    }

    private End run(Statement statement, Scope scope, Output output) {
        switch (statement) {
            case Statement.Data(int _, String text) -> output.write(text);
            case Statement.Print(int _, Expression value) ->
                output.write(Printed.of(evaluator.value(value, scope), work));
            case Statement.If choice -> {
                return choose(choice, scope, output);
            }
            case Statement.For loop -> {
                return loop(loop, scope, output);
            }
            case Statement.Break _ -> {
                return End.BREAK;
            }
            case Statement.Continue _ -> {
                return End.CONTINUE;
            }
            case Statement.Assign assign -> assign(assign.target(), evaluator.value(assign.value(), scope), scope);
            case Statement.AssignBlock block -> {
                Output captured = new Output(false, work);
                End end = run(block.body(), within(scope, block.body()), captured);
                if (end != End.NORMAL) {
                    return end;
                }
                assign(block.target(), filtered(captured, block.filters(), scope), scope);
            }
            case Statement.With with -> {
                return with(with, scope, output);
            }
            case Statement.Macro macro ->
                scope.set(macro.name(), callable(macro.name(), macro.signature(), macro.body(), scope));
            case Statement.CallBlock block -> {
                Value caller = callable("caller", block.signature(), block.body(), scope);
                output.write(Printed.of(evaluator.call(block.call(), scope, caller), work));
            }
            case Statement.FilterBlock block -> {
                Output captured = new Output(false, work);
                End end = run(block.body(), within(scope, block.body()), captured);
                if (end != End.NORMAL) {
                    return end;
                }
                output.write(Printed.of(filtered(captured, block.filters(), scope), work));
            }
            case Statement.Generation generation -> {
                int start = output.text().length();
                int before = output.generations().size();
                run(generation.body(), within(scope, generation.body()), output);
                mark(output, start, before);
            }
            case Statement.Block block ->
                run(block.body(), within(block.scoped() ? scope : root, block.body()), output);
        }
        return End.NORMAL;
    }

    /// Marks what was written since `start`; spans within it are part of it.
    private void mark(Output output, int start, int before) {
        misplaced |= !output.root();
        List<Rendering.Span> spans = output.generations();
        spans.subList(before, spans.size()).clear();
        spans.add(new Rendering.Span(start, output.text().length()));
    }

    private End choose(Statement.If choice, Scope scope, Output output) {
        for (Statement.Branch branch : choice.branches()) {
            if (Truth.of(evaluator.value(branch.test(), scope))) {
                return run(branch.body(), scope, output);
            }
        }
        return run(choice.otherwise(), scope, output);
    }

    private End with(Statement.With with, Scope scope, Output output) {
        List<Value> values = new ArrayList<>();
        with.bindings().forEach(binding -> values.add(evaluator.value(binding.value(), scope)));
        Scope inner = within(scope, with.body());
        for (int index = 0; index < values.size(); index++) {
            assign(with.bindings().get(index).target(), values.get(index), inner);
        }
        return run(with.body(), inner, output);
    }

    private Value filtered(Output captured, List<Expression.Filter> filters, Scope scope) {
        Value value = Value.Str.of(captured.text().toString());
        for (Expression.Filter filter : filters) {
            value = evaluator.filtered(value, filter, scope);
        }
        return value;
    }

    private void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.Member(String name, String member) -> {
                if (!(scope.get(name) instanceof Value.Namespace namespace)) {
                    throw Fault.of("'" + name + "." + member + "' cannot be assigned: '" + name
                            + "' must be a namespace, got " + Types.name(scope.get(name)));
                }
                work.entries(1);
                namespace.members().put(member, value);
            }
            case Target.Unpacked(List<Target> parts) -> {
                List<Value> values = Iteration.list(Operations.defined(value), work);
                if (values.size() != parts.size()) {
                    throw Fault.of("must have " + parts.size() + " items to unpack, got " + values.size());
                }
                for (int index = 0; index < parts.size(); index++) {
                    assign(parts.get(index), values.get(index), scope);
                }
            }
        }
    }

    private End loop(Statement.For loop, Scope scope, Output output) {
        Value items = evaluator.value(loop.items(), scope);
        return turns(loop, items, scope, output, 0);
    }

    /// Goes through the items of a loop.
    ///
    /// @param depth how many calls of the same recursive loop are around this one
    private End turns(Statement.For loop, Value items, Scope scope, Output output, int depth) {
        Iterator<Value> chosen = Iteration.of(items, work);
        Expression test = loop.test();
        if (test != null) {
            chosen = new Chosen(chosen, item -> {
                Scope inner = new Scope(scope);
                assign(loop.target(), item, inner);
                return Truth.of(evaluator.value(test, inner));
            });
        }
        Value.Call again = arguments -> {
            Output captured = new Output(false, work);
            turns(loop, arguments.bind("loop", 1, "iterable").get(0), scope, captured, depth + 1);
            return Value.Str.of(captured.text().toString());
        };
        int size = test == null ? Iteration.size(items) : -1;
        Loop state = new Loop(chosen, size, depth, loop.recursive() ? again : null, work);
        boolean completed = false;
        while (state.next()) {
            Scope inner = within(scope, loop.body());
            inner.set("loop", state.value());
            assign(loop.target(), state.current(), inner);
            End end = run(loop.body(), inner, output);
            completed |= end == End.NORMAL;
            if (end == End.BREAK) {
                break;
            }
        }
        return completed ? End.NORMAL : run(loop.otherwise(), within(scope, loop.otherwise()), output);
    }

    private Value callable(String name, Statement.Signature signature, Body body, Scope scope) {
        Value.Call call = arguments -> {
            Scope inner = within(scope, body);
            bind(name, signature, arguments, inner);
            Output captured = new Output(false, work);
            run(body, inner, captured);
            return Value.Str.of(captured.text().toString());
        };
        return new Value.Thing("<Macro '" + name + "'>", "Macro", _ -> null, call);
    }

    /// Gives parameters their arguments, or their defaults, which may use the parameters before them.
    private void bind(String name, Statement.Signature signature, Arguments arguments, Scope scope) {
        List<Statement.Parameter> parameters = signature.parameters();
        List<Value> positional = arguments.positional();
        var named = arguments.named();
        for (int index = 0; index < parameters.size(); index++) {
            Statement.Parameter parameter = parameters.get(index);
            Value given = index < positional.size() ? positional.get(index) : named.remove(parameter.name());
            Expression otherwise = parameter.otherwise();
            if (given == null) {
                given = otherwise == null
                        ? new Value.Undefined("'" + name + "' was not given its parameter '" + parameter.name() + "'")
                        : evaluator.value(otherwise, scope);
            }
            scope.set(parameter.name(), given);
        }
        Value caller = signature.takesCaller() ? named.remove("caller") : null;
        if (signature.takesCaller()) {
            scope.set(
                    "caller",
                    caller == null ? new Value.Undefined("'" + name + "' was called without a block") : caller);
        }
        int spare = Math.max(0, positional.size() - parameters.size());
        List<Value> more = positional.subList(positional.size() - spare, positional.size());
        if (signature.takesMoreNamed()) {
            scope.set("kwargs", Value.Dict.ofNamed(named, work));
        } else if (!named.isEmpty()) {
            throw Fault.of(
                    "'" + name + "' takes no argument '" + named.firstEntry().getKey() + "'");
        }
        if (signature.takesMore()) {
            scope.set("varargs", new Value.Items(List.copyOf(more), true));
        } else if (spare > 0) {
            throw Fault.of(
                    "'" + name + "' takes at most " + parameters.size() + " arguments, got " + positional.size());
        }
    }
}
