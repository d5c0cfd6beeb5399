package dev.poise.template;

import dev.poise.template.Arguments.Bound;
import dev.poise.template.Expression.Operator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Filters that give numbers.
final class NumberFilters {

    private static final List<String> DECIMAL = List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
    private static final List<String> BINARY = List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB");

    private NumberFilters() {}

    static Value apply(String name, Value value, Arguments arguments, Work work) {
        return switch (name) {
            case "abs" -> {
                arguments.requireNone(name);
                BigInteger whole = Numbers.wholeOrNull(Operations.defined(value));
                yield whole == null ? new Value.Real(Math.abs(Numbers.real(value))) : new Value.Int(whole.abs());
            }
            case "int" -> whole(value, arguments);
            case "float" -> {
                Value otherwise = arguments.bind(name, 0, "default").get(0, new Value.Real(0));
                yield real(Operations.defined(value))
                        .<Value>map(Value.Real::new)
                        .orElse(otherwise);
            }
            case "round" -> round(Operations.defined(value), arguments);
            case "sum" -> sum(value, arguments, work);
            case "filesizeformat" ->
                Value.Str.of(fileSize(value, arguments.bind(name, 0, "binary").flag(0, false)));
            case String unknown -> throw Fault.of("there is no filter '" + unknown + "'");
        };
    }

    private static Value whole(Value value, Arguments arguments) {
        Bound bound = arguments.bind("int", 0, "default", "base");
        Value defined = Operations.defined(value);
        Optional<BigInteger> whole =
                switch (defined) {
                    case Value.Str text -> Literals.whole(text.text(), bound.number(1, 10));
                    case Value.Int number -> Optional.of(number.number());
                    case Value.Bool truth -> Optional.ofNullable(Numbers.wholeOrNull(truth));
                    case Value.Real _, Value.None _, Value.Undefined _, Value.Items _, Value.Dict _ -> Optional.empty();
                    case Value.View _, Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ ->
                        Optional.empty();
                };
        if (defined instanceof Value.Real number && Double.isInfinite(number.number())) {
            throw Fault.of("an infinite number has no whole part");
        }
        return whole.or(() -> real(defined).filter(Double::isFinite).map(NumberFilters::truncated))
                .<Value>map(Value.Int::new)
                .orElse(bound.get(0, Value.Int.of(0)));
    }

    private static BigInteger truncated(double number) {
        return new BigDecimal(number).setScale(0, RoundingMode.DOWN).toBigInteger();
    }

    /// A number, or the number that a text spells.
    private static Optional<Double> real(Value value) {
        if (value instanceof Value.Str text) {
            return Literals.real(text.text());
        }
        return Numbers.isNumber(value) ? Optional.of(Numbers.real(value)) : Optional.empty();
    }

    private static Value round(Value value, Arguments arguments) {
        Bound bound = arguments.bind("round", 0, "precision", "method");
        int places = bound.number(0, 0);
        String method = bound.text(1, "common").text();
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw Fault.of("round: the method must be common, ceil or floor, got " + method);
        }
        if (Math.abs((long) places) > 400) {
            throw Fault.limit("round: the precision must be within 400 digits");
        }
        BigInteger whole = Numbers.wholeOrNull(value);
        if (!method.equals("common")) {
            Value scale = Numbers.apply(Operator.POWER, Value.Int.of(10), Value.Int.of(places));
            Value scaled = Numbers.apply(Operator.MULTIPLY, value, scale);
            BigDecimal exact = scaled instanceof Value.Int number
                    ? new BigDecimal(number.number())
                    : new BigDecimal(finite(Numbers.real(scaled)));
            BigInteger rounded = exact.setScale(0, method.equals("ceil") ? RoundingMode.CEILING : RoundingMode.FLOOR)
                    .toBigInteger();
            return Numbers.apply(Operator.DIVIDE, new Value.Int(rounded), scale);
        }
        if (whole != null) {
            BigDecimal rounded = new BigDecimal(whole).setScale(Math.min(places, 0), RoundingMode.HALF_EVEN);
            return new Value.Int(rounded.toBigIntegerExact());
        }
        double number = Numbers.real(value);
        if (!Double.isFinite(number)) {
            return value;
        }
        double rounded =
                new BigDecimal(number).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
        return new Value.Real(Math.copySign(rounded, number));
    }

    private static double finite(double number) {
        if (!Double.isFinite(number)) {
            throw Fault.of("round: must be a finite number");
        }
        return number;
    }

    private static Value sum(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("sum", 0, "attribute", "start");
        Value attribute = bound.get(0, Value.None.NONE);
        Value sum = bound.get(1, Value.Int.of(0));
        if (sum instanceof Value.Str) {
            throw Fault.of("sum cannot add texts; use join");
        }
        for (Iterator<Value> items = Iteration.of(value, work); items.hasNext(); ) {
            Value item = Lookup.find(items.next(), attribute, work);
            sum = Operations.apply(Operator.ADD, sum, item, work);
        }
        return sum;
    }

    private static String fileSize(Value value, boolean binary) {
        double bytes = real(Operations.defined(value)).orElseThrow(() -> Fault.of("filesizeformat: must be a number"));
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return truncated(bytes) + " Bytes";
        }
        List<String> units = binary ? BINARY : DECIMAL;
        int unit = 0;
        double size = (double) base * base;
        while (bytes >= size && unit < units.size() - 1) {
            size *= base;
            unit++;
        }
        return String.format(
                Locale.ROOT,
                "%s %s",
                FormatSpec.of(".1f").format(new Value.Real(base * bytes / size), new Work(Limits.DEFAULT)),
                units.get(unit));
    }
}
