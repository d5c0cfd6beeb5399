package dev.poise.template;

import dev.poise.template.Expression.Relation;
import java.math.BigInteger;

/// The tests, by name: `value is name(arguments)`.
final class Tests {

    private Tests() {}

    static boolean holds(String name, Value value, Arguments arguments, Work work) {
        work.step();
        return switch (name) {
            case "==", "eq", "equalto" -> relation(Relation.EQUAL, name, value, arguments, work);
            case "!=", "ne" -> relation(Relation.UNEQUAL, name, value, arguments, work);
            case "<", "lt", "lessthan" -> relation(Relation.LESS, name, value, arguments, work);
            case "<=", "le" -> relation(Relation.LESS_OR_EQUAL, name, value, arguments, work);
            case ">", "gt", "greaterthan" -> relation(Relation.GREATER, name, value, arguments, work);
            case ">=", "ge" -> relation(Relation.GREATER_OR_EQUAL, name, value, arguments, work);
            case "in" -> relation(Relation.IN, name, value, arguments, work);
            case "sameas" -> same(value, arguments.bind(name, 1, "other").get(0));
            case "divisibleby" -> rest(value, arguments.bind(name, 1, "num").get(0), work) == 0;
            case String alone -> {
                arguments.requireNone(alone);
                yield holds(alone, value, work);
            }
        };
    }

    /// Tests without arguments.
    private static boolean holds(String name, Value value, Work work) {
        return switch (name) {
            case "defined" -> !(value instanceof Value.Undefined);
            case "undefined" -> value instanceof Value.Undefined;
            case "none" -> value instanceof Value.None;
            case "true" -> value == Value.Bool.TRUE;
            case "false" -> value == Value.Bool.FALSE;
            case "boolean" -> value instanceof Value.Bool;
            case "integer" -> value instanceof Value.Int;
            case "float" -> value instanceof Value.Real;
            case "number" -> Numbers.isNumber(value);
            case "string" -> value instanceof Value.Str;
            case "mapping" -> value instanceof Value.Dict;
            case "sequence" -> isSequence(value);
            case "iterable" -> isSequence(value) || value instanceof Value.View || value instanceof Value.Stream;
            case "callable" ->
                value instanceof Value.Undefined || (value instanceof Value.Thing thing && thing.call() != null);
            case "odd" -> rest(value, Value.Int.of(2), work) == 1;
            case "even" -> rest(value, Value.Int.of(2), work) == 0;
            case "lower" -> Casing.isLower(Printed.of(value, work));
            case "upper" -> Casing.isUpper(Printed.of(value, work));
            case "escaped" -> value instanceof Value.Str text && text.safe();
            case String unknown -> throw Fault.of("there is no test '" + unknown + "'");
        };
    }

    private static boolean relation(Relation relation, String name, Value value, Arguments arguments, Work work) {
        return Comparisons.holds(
                relation, value, arguments.bind(name, 1, "other").get(0), work);
    }

    /// What is left of a division; of text formatted by `%` nothing that equals a number.
    private static double rest(Value value, Value divisor, Work work) {
        Value rest = Operations.apply(Expression.Operator.MODULO, value, divisor, work);
        return Numbers.isNumber(rest) ? Numbers.real(rest) : -1;
    }

    private static boolean isSequence(Value value) {
        return switch (value) {
            case Value.Str _, Value.Items _, Value.Dict _, Value.Range _, Value.Undefined _ -> true;
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> false;
            case Value.View _, Value.Stream _, Value.Namespace _, Value.Thing _ -> false;
        };
    }

    /// Whether both are one object. Equal texts and small numbers are one in Python as well, mostly.
    private static boolean same(Value left, Value right) {
        return switch (left) {
            case Value.Str text -> text.equals(right);
            case Value.Int whole -> whole.equals(right) && whole.number().abs().compareTo(BigInteger.valueOf(256)) <= 0;
            case Value.Real _, Value.Bool _, Value.None _, Value.Undefined _, Value.Items _, Value.Dict _ ->
                left == right;
            case Value.View _, Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ -> left == right;
        };
    }
}
