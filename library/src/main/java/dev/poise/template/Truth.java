package dev.poise.template;

import java.math.BigInteger;

/// Which values count as true.
final class Truth {

    private Truth() {}

    static boolean of(Value value) {
        return switch (value) {
            case Value.Str text -> !text.text().isEmpty();
            case Value.Int whole -> !whole.number().equals(BigInteger.ZERO);
            case Value.Real real -> real.number() != 0;
            case Value.Bool truth -> truth == Value.Bool.TRUE;
            case Value.None _, Value.Undefined _ -> false;
            case Value.Items items -> !items.values().isEmpty();
            case Value.Dict dict -> dict.size() > 0;
            case Value.View view -> view.dict().size() > 0;
            case Value.Range range -> range.size() > 0;
            case Value.Stream _, Value.Namespace _, Value.Thing _ -> true;
        };
    }
}
