package dev.poise.objective;

import dev.poise.objective.PairwiseObjective.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A formula over what is known of a pair, with exact derivatives.
///
/// Written as `beta * sigmoid(-beta * delta)`: numbers, names, `+ - * / ^`, parentheses and the functions of
/// [Function]. Names are those of [Quantity] and of parameters.
public sealed interface Expression {

    /// Something known of a pair, by its name in lower case.
    enum Quantity {
        /// log π(y⁺|x), summed, nats.
        GOOD,
        /// log π(y⁻|x), summed, nats.
        BAD,
        /// log π_ref(y⁺|x), summed, nats.
        REFERENCE_GOOD,
        /// log π_ref(y⁻|x), summed, nats.
        REFERENCE_BAD,
        /// (good − reference_good) − (bad − reference_bad).
        DELTA,
        /// |y⁺|.
        GOOD_TOKENS,
        /// |y⁻|.
        BAD_TOKENS;

        /// The name in a formula.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isOfReference() {
            return this == REFERENCE_GOOD || this == REFERENCE_BAD || this == DELTA;
        }

        private Dual of(Pair pair) {
            return switch (this) {
                case GOOD -> new Dual(pair.good(), 1, 0);
                case BAD -> new Dual(pair.bad(), 0, 1);
                case REFERENCE_GOOD -> Dual.constant(pair.referenceGood());
                case REFERENCE_BAD -> Dual.constant(pair.referenceBad());
                case DELTA -> new Dual(pair.goodRatio() - pair.badRatio(), 1, -1);
                case GOOD_TOKENS -> Dual.constant(pair.goodTokens());
                case BAD_TOKENS -> Dual.constant(pair.badTokens());
            };
        }
    }

    /// A function of one argument, but for `MIN` and `MAX`, which have two; by its name in lower case.
    enum Function {
        EXP(1),
        LOG(1),
        SQRT(1),
        /// σ(x).
        SIGMOID(1),
        /// log(1 + eˣ).
        SOFTPLUS(1),
        MIN(2),
        MAX(2);

        private final int arguments;

        Function(int arguments) {
            this.arguments = arguments;
        }

        /// How many arguments it takes.
        int arguments() {
            return arguments;
        }

        /// The name in a formula.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private Dual of(List<Dual> values) {
            Dual first = values.getFirst();
            Dual last = values.getLast();
            double x = first.value();
            return switch (this) {
                case EXP -> first.through(Math.exp(x), Math.exp(x));
                case LOG -> first.through(Math.log(x), 1 / x);
                case SQRT -> first.through(Math.sqrt(x), 0.5 / Math.sqrt(x));
                case SIGMOID -> first.through(Logistic.sigmoid(x), Logistic.slope(x));
                case SOFTPLUS -> first.through(Logistic.negativeLogSigmoid(-x), Logistic.sigmoid(x));
                case MIN -> x <= last.value() ? first : last;
                case MAX -> x >= last.value() ? first : last;
            };
        }
    }

    /// A number as written.
    record Constant(double value) implements Expression {}

    /// A quantity of the pair.
    record Known(Quantity quantity) implements Expression {}

    /// A named number.
    record Parameter(String name, double value) implements Expression {}

    /// −x.
    record Negation(Expression of) implements Expression {}

    /// x + y.
    record Sum(Expression left, Expression right) implements Expression {}

    /// x y.
    record Product(Expression left, Expression right) implements Expression {}

    /// x / y.
    record Quotient(Expression left, Expression right) implements Expression {}

    /// xʸ with a y that does not depend on the policy.
    record Power(Expression base, Expression exponent) implements Expression {}

    /// A function of other expressions.
    record Call(Function function, List<Expression> arguments) implements Expression {

        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /// Reads a formula.
    ///
    /// @param parameters numbers that it may name besides quantities
    /// @throws ExpressionException when it is none, with the column
    static Expression parse(String text, Map<String, Double> parameters) {
        return new ExpressionParser(text, parameters).parse();
    }

    /// The value for a pair, with its derivatives.
    default Dual at(Pair pair) {
        return switch (this) {
            case Constant(double value) -> Dual.constant(value);
            case Known(Quantity quantity) -> quantity.of(pair);
            case Parameter(String name, double value) -> Dual.constant(value);
            case Negation(Expression of) -> of.at(pair).negated();
            case Sum(Expression left, Expression right) -> left.at(pair).plus(right.at(pair));
            case Product(Expression left, Expression right) -> left.at(pair).times(right.at(pair));
            case Quotient(Expression left, Expression right) ->
                left.at(pair).times(right.at(pair).inverse());
            case Power(Expression base, Expression exponent) -> {
                Dual x = base.at(pair);
                double y = exponent.at(pair).value();
                yield x.through(Math.pow(x.value(), y), y * Math.pow(x.value(), y - 1));
            }
            case Call(Function function, List<Expression> arguments) ->
                function.of(
                        arguments.stream().map(argument -> argument.at(pair)).toList());
        };
    }

    /// This expression and all that it consists of.
    default List<Expression> parts() {
        List<Expression> inner =
                switch (this) {
                    case Constant constant -> List.of();
                    case Known known -> List.of();
                    case Parameter parameter -> List.of();
                    case Negation(Expression of) -> List.of(of);
                    case Sum(Expression left, Expression right) -> List.of(left, right);
                    case Product(Expression left, Expression right) -> List.of(left, right);
                    case Quotient(Expression left, Expression right) -> List.of(left, right);
                    case Power(Expression base, Expression exponent) -> List.of(base, exponent);
                    case Call(Function function, List<Expression> arguments) -> arguments;
                };
        List<Expression> all = new ArrayList<>(List.of(this));
        inner.forEach(part -> all.addAll(part.parts()));
        return all;
    }

    /// Whether the reference is read anywhere in it.
    default boolean readsReference() {
        return parts().stream().anyMatch(part -> part instanceof Known(Quantity quantity) && quantity.isOfReference());
    }

    /// Names of all quantities, for messages.
    static List<String> quantities() {
        return Arrays.stream(Quantity.values()).map(Quantity::word).toList();
    }
}
