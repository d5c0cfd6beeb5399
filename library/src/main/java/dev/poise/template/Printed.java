package dev.poise.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Values as text: Python's `str` and `repr`.
final class Printed {

    /// Python refuses to write whole numbers of more digits.
    private static final int MAX_DIGITS = 4300;

    private final StringBuilder text = new StringBuilder();
    private final Work work;

    private Printed(Work work) {
        this.work = work;
    }

    /// `str(value)`, which an undefined value leaves empty.
    static String of(Value value, Work work) {
        return switch (value) {
            case Value.Str string -> string.text();
            case Value.Undefined _ -> "";
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> scalar(value);
            case Value.Items _, Value.Dict _, Value.View _, Value.Range _ -> quoted(value, work);
            case Value.Stream _, Value.Namespace _, Value.Thing _ -> quoted(value, work);
        };
    }

    /// `repr(value)`.
    static String quoted(Value value, Work work) {
        Printed printed = new Printed(work);
        printed.append(value);
        return printed.text.toString();
    }

    private void append(Value value) {
        work.step();
        switch (value) {
            case Value.Str string ->
                add(string.safe() ? "Markup(" + quoted(string.text()) + ")" : quoted(string.text()));
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> add(scalar(value));
            case Value.Undefined _ -> add("Undefined");
            case Value.Items items -> items(items);
            case Value.Dict dict -> dict(dict);
            case Value.View view -> {
                add(view.part().type() + "(");
                list("[", view.dict().entries().values().stream().map(view::of).iterator(), "]");
                add(")");
            }
            case Value.Range range ->
                add("range(" + range.start() + ", " + range.stop() + (range.step() == 1 ? "" : ", " + range.step())
                        + ")");
            case Value.Stream _ -> add("<generator object>");
            case Value.Namespace namespace -> {
                add("<Namespace {");
                entries(namespace.members().entrySet().stream()
                        .map(entry -> Map.<Value, Value>entry(Value.Str.of(entry.getKey()), entry.getValue()))
                        .iterator());
                add("}>");
            }
            case Value.Thing thing -> add(thing.shown());
        }
    }

    private void items(Value.Items items) {
        List<Value> values = items.values();
        if (items.tuple()) {
            list("(", values.iterator(), values.size() == 1 ? ",)" : ")");
        } else {
            list("[", values.iterator(), "]");
        }
    }

    private void list(String open, Iterator<Value> values, String close) {
        work.enter();
        add(open);
        for (String comma = ""; values.hasNext(); comma = ", ") {
            add(comma);
            append(values.next());
        }
        add(close);
        work.leave();
    }

    private void dict(Value.Dict dict) {
        add("{");
        entries(dict.entries().values().iterator());
        add("}");
    }

    private void entries(Iterator<Map.Entry<Value, Value>> entries) {
        work.enter();
        for (String comma = ""; entries.hasNext(); comma = ", ") {
            Map.Entry<Value, Value> entry = entries.next();
            add(comma);
            append(entry.getKey());
            add(": ");
            append(entry.getValue());
        }
        work.leave();
    }

    private void add(String part) {
        work.chars(part.length());
        text.append(part);
    }

    /// A number, truth or `None`.
    private static String scalar(Value value) {
        return switch (value) {
            case Value.Int whole -> whole(whole);
            case Value.Real real -> real(real.number());
            case Value.Bool truth -> truth == Value.Bool.TRUE ? "True" : "False";
            case Value.None _ -> "None";
            case Value.Str _, Value.Undefined _, Value.Items _, Value.Dict _, Value.View _ -> "";
            case Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ -> "";
        };
    }

    static String whole(Value.Int whole) {
        String digits = whole.number().toString();
        if (digits.length() > MAX_DIGITS + (whole.number().signum() < 0 ? 1 : 0)) {
            throw Fault.limit("writes a whole number of more than " + MAX_DIGITS + " digits");
        }
        return digits;
    }

    /// The shortest digits that read back as the same float; from 1e16 on and below 1e-4 with an exponent.
    static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(number);
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return (number < 0 ? "-" : "") + mantissa + exponent(exponent);
    }

    /// Java writes two digits at least, also where one is enough.
    private static BigDecimal shortest(double number) {
        BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return digits.precision() == 2 && one.doubleValue() == number ? one.stripTrailingZeros() : digits;
    }

    /// An exponent with its sign and at least two digits.
    static String exponent(int exponent) {
        return "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /// `repr` of a text: in single quotes, unless it holds some and no double ones.
    static String quoted(String string) {
        char quote = string.indexOf('\'') >= 0 && string.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        string.codePoints().forEach(point -> {
            switch (point) {
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (point == quote) {
                        quoted.append('\\').append(quote);
                    } else if (Unicode.isPrintable(point)) {
                        quoted.appendCodePoint(point);
                    } else {
                        quoted.append(
                                point < 0x100
                                        ? "\\x%02x".formatted(point)
                                        : point < 0x10000 ? "\\u%04x".formatted(point) : "\\U%08x".formatted(point));
                    }
                }
            }
        });
        return quoted.append(quote).toString();
    }
}
