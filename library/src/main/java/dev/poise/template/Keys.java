package dev.poise.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// What dictionaries know their keys by: 1, 1.0 and `True` are one key, as in Python.
final class Keys {

    private Keys() {}

    /// An object that is equal for equal keys.
    static Object of(Value key, Work work) {
        return switch (key) {
            case Value.Str text -> text.text();
            case Value.Int whole -> whole.number();
            case Value.Bool truth -> truth == Value.Bool.TRUE ? BigInteger.ONE : BigInteger.ZERO;
            case Value.Real real -> real(real.number());
            case Value.Items items when items.tuple() -> tuple(items.values(), work);
            case Value.None none -> none;
            case Value.Range range -> range;
            case Value.Thing _, Value.Namespace _, Value.Stream _ -> key;
            case Value.Undefined _ -> Value.Undefined.class;
            case Value.Items _, Value.Dict _, Value.View _ ->
                throw Fault.of("unhashable type: a " + Types.name(key) + " cannot be a key");
        };
    }

    static boolean isHashable(Value key, Work work) {
        work.step();
        return switch (key) {
            case Value.Str _, Value.Int _, Value.Bool _, Value.Real _, Value.None _, Value.Range _ -> true;
            case Value.Thing _, Value.Namespace _, Value.Stream _, Value.Undefined _ -> true;
            case Value.Items items -> items.tuple() && items.values().stream().allMatch(item -> isHashable(item, work));
            case Value.Dict _, Value.View _ -> false;
        };
    }

    /// A list of keys, which no other key is equal to.
    private static List<Object> tuple(List<Value> values, Work work) {
        work.elements(values.size());
        work.enter();
        List<Object> keys = new ArrayList<>();
        values.forEach(value -> keys.add(of(value, work)));
        work.leave();
        return keys;
    }

    private static Object real(double number) {
        boolean whole = number == Math.rint(number) && !Double.isInfinite(number);
        return whole ? new BigDecimal(number).toBigIntegerExact() : (Object) number;
    }
}
