package dev.poise.template;

import dev.poise.template.Expression.Operator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What the operators of arithmetic do.
final class Operations {

    private Operations() {}

    /// The value itself, which must not be undefined.
    static Value defined(Value value) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        return value;
    }

    static Value apply(Operator operator, Value left, Value right, Work work) {
        if (operator == Operator.MODULO && left instanceof Value.Str pattern) {
            return PercentFormat.format(pattern, right, work);
        }
        defined(left);
        defined(right);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.apply(operator, left, right);
        }
        return switch (operator) {
            case ADD -> add(left, right, work);
            case MULTIPLY -> multiply(left, right, work);
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER -> throw mismatch(operator, left, right);
        };
    }

    private static Value add(Value left, Value right, Work work) {
        if (left instanceof Value.Str first && right instanceof Value.Str second) {
            Value.Str before = Html.joined(second, first, work);
            Value.Str behind = Html.joined(first, second, work);
            work.chars((long) before.text().length() + behind.text().length());
            return new Value.Str(before.text() + behind.text(), before.safe());
        }
        if (left instanceof Value.Items first
                && right instanceof Value.Items second
                && first.tuple() == second.tuple()) {
            work.elements((long) first.values().size() + second.values().size());
            List<Value> values = new ArrayList<>(first.values());
            values.addAll(second.values());
            return new Value.Items(Collections.unmodifiableList(values), first.tuple());
        }
        throw mismatch(Operator.ADD, left, right);
    }

    private static Value multiply(Value left, Value right, Work work) {
        BigInteger whole = Numbers.wholeOrNull(right);
        if (whole == null) {
            whole = Numbers.wholeOrNull(left);
            if (whole == null) {
                throw mismatch(Operator.MULTIPLY, left, right);
            }
            return repeat(right, whole, left, right, work);
        }
        return repeat(left, whole, left, right, work);
    }

    private static Value repeat(Value value, BigInteger whole, Value left, Value right, Work work) {
        if (whole.bitLength() > 63) {
            throw Fault.limit("repeats something more than 2**63 times");
        }
        int times = Math.max(0, Numbers.clamp(whole));
        return switch (value) {
            case Value.Str text -> {
                work.chars((long) text.text().length() * times);
                yield text.with(text.text().repeat(times));
            }
            case Value.Items items -> {
                work.elements((long) items.values().size() * times);
                List<Value> values = new ArrayList<>();
                for (int time = 0; time < times && !items.values().isEmpty(); time++) {
                    values.addAll(items.values());
                }
                yield new Value.Items(Collections.unmodifiableList(values), items.tuple());
            }
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Undefined _, Value.Dict _ ->
                throw mismatch(Operator.MULTIPLY, left, right);
            case Value.View _, Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ ->
                throw mismatch(Operator.MULTIPLY, left, right);
        };
    }

    private static Fault mismatch(Operator operator, Value left, Value right) {
        return Fault.of("'" + operator.sign() + "' does not go with " + Types.name(left) + " and " + Types.name(right)
                + (operator == Operator.ADD ? "; '~' joins anything as text" : ""));
    }

    static Value negative(Value operand) {
        BigInteger whole = Numbers.wholeOrNull(defined(operand));
        return whole == null ? new Value.Real(-Numbers.real(operand)) : new Value.Int(whole.negate());
    }

    static Value positive(Value operand) {
        BigInteger whole = Numbers.wholeOrNull(defined(operand));
        return whole == null ? new Value.Real(Numbers.real(operand)) : new Value.Int(whole);
    }
}
