package dev.poise.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has a value.
sealed interface Expression {

    record Constant(Value value) implements Expression {}

    record Name(String name) implements Expression {}

    record TupleLiteral(List<Expression> items) implements Expression {}

    record ListLiteral(List<Expression> items) implements Expression {}

    record DictLiteral(List<Pair> pairs) implements Expression {}

    record Pair(Expression key, Expression value) {}

    /// `of.name`
    record Attribute(Expression of, String name) implements Expression {}

    /// `of[index]`
    record Item(Expression of, Expression index) implements Expression {}

    /// `of[start:stop:step]`, each of which may be absent
    record Slice(
            Expression of,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step) implements Expression {}

    record Call(Expression function, CallArguments arguments) implements Expression {}

    /// `of | name(arguments)`
    record Filtered(Expression of, Filter filter) implements Expression {}

    record Filter(String name, CallArguments arguments) {}

    /// `of is name arguments`
    record Test(Expression of, String name, CallArguments arguments) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Negative(Expression operand) implements Expression {}

    record Positive(Expression operand) implements Expression {}

    record Arithmetic(Operator operator, Expression left, Expression right) implements Expression {}

    /// `left ~ right ...`
    record Concatenation(List<Expression> parts) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    /// `first < second <= third ...`: true where every neighbouring pair compares so.
    record Comparison(Expression first, List<Operand> rest) implements Expression {}

    record Operand(Relation relation, Expression value) {}

    /// `then if test else otherwise`; without `otherwise` undefined where the test fails
    record Conditional(
            Expression test, Expression then, @Nullable Expression otherwise) implements Expression {}

    /// What a call, filter or test is given.
    ///
    /// @param spread after `*`: more positional ones; null where there is none
    /// @param spreadNamed after `**`: more named ones; null where there is none
    record CallArguments(
            List<Expression> positional,
            List<Named> named,
            @Nullable Expression spread,
            @Nullable Expression spreadNamed) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);
    }

    record Named(String name, Expression value) {}

    /// The operators of arithmetic.
    enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    /// The operators of comparison.
    enum Relation {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }
}
