package dev.poise.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `"%s is %5.1f" % (name, number)`, as Python reads it
/// (<https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting>).
final class PercentFormat {

    private static final Pattern FIELD = Pattern.compile(
            "%(?:\\((?<key>[^()]*)\\))?(?<flags>[-#0+ ]*)(?<width>\\*|\\d{1,9})?(?:\\.(?<precision>\\*|\\d{0,9}))?[hlL]?(?<type>.)",
            Pattern.DOTALL);

    private final Value.Str pattern;
    private final Value given;
    private final List<Value> values;
    private final Work work;
    private int used;

    private PercentFormat(Value.Str pattern, Value given, Work work) {
        this.pattern = pattern;
        this.given = given;
        this.values = given instanceof Value.Items items && items.tuple() ? items.values() : List.of(given);
        this.work = work;
    }

    static Value.Str format(Value.Str pattern, Value given, Work work) {
        return new PercentFormat(pattern, given, work).format();
    }

    private Value.Str format() {
        String text = pattern.text();
        StringBuilder result = new StringBuilder();
        Matcher field = FIELD.matcher(text);
        int at = 0;
        boolean keyed = false;
        for (int percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', at)) {
            if (!field.find(percent) || field.start() != percent) {
                throw Fault.of("%: a field is not complete");
            }
            String shown = field(field);
            keyed |= field.group("key") != null;
            work.chars(shown.length() + (long) percent - at);
            result.append(text, at, percent).append(shown);
            at = field.end();
        }
        if (used < values.size() && !keyed && !mayBeMapping()) {
            throw Fault.of("%: not all values are used");
        }
        work.chars(text.length() - (long) at);
        return pattern.with(result.append(text, at, text.length()).toString());
    }

    /// Python takes whatever has items by index, but a tuple and a text, for a dictionary that need not be used up.
    private boolean mayBeMapping() {
        return switch (given) {
            case Value.Dict _, Value.Range _, Value.Undefined _ -> true;
            case Value.Items items -> !items.tuple();
            case Value.Str _, Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> false;
            case Value.View _, Value.Stream _, Value.Namespace _, Value.Thing _ -> false;
        };
    }

    private String field(Matcher field) {
        String type = field.group("type");
        if (type.equals("%")) {
            return "%";
        }
        String key = field.group("key");
        int width = star(field.group("width"), 0);
        String flags = field.group("flags") + (width < 0 ? "-" : "");
        int precision = star(field.group("precision"), -1);
        Value value = key == null ? next() : named(key);
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        boolean left = flags.contains("-");
        boolean zeros = flags.contains("0") && !left;
        boolean alternate = flags.contains("#");
        work.chars(Math.abs((long) width) + 4L * Math.max(0, precision));
        return switch (type) {
            case "s" -> padded(shown(value), width, left, precision);
            case "r", "a" -> padded(Printed.quoted(value, work), width, left, precision);
            case "c" -> padded(character(value), width, left, -1);
            case "d", "i", "u" -> whole(truncated(value), width, left, zeros, sign, alternate, precision, 'd');
            case "x", "X", "o" -> {
                if (!(value instanceof Value.Int || value instanceof Value.Bool)) {
                    throw Fault.of("%" + type + " must be given a whole number, got " + Types.name(value));
                }
                yield whole(value, width, left, zeros, sign, alternate, precision, type.charAt(0));
            }
            case "e", "E", "f", "F", "g", "G" ->
                spec(width, left, zeros, sign, alternate, precision < 0 ? 6 : precision, type.charAt(0))
                        .format(new Value.Real(Numbers.real(Operations.defined(value))), work);
            case String other -> throw Fault.of("%" + other + " is no field");
        };
    }

    private static FormatSpec spec(
            int width, boolean left, boolean zeros, char sign, boolean alternate, int precision, char type) {
        return new FormatSpec(
                zeros ? "0" : " ",
                left ? '<' : zeros ? '=' : '>',
                sign,
                alternate,
                Math.abs(width),
                (char) 0,
                precision,
                type);
    }

    private String whole(
            Value value, int width, boolean left, boolean zeros, char sign, boolean alternate, int digits, char type) {
        Value.Int number = new Value.Int(java.util.Objects.requireNonNull(Numbers.wholeOrNull(value)));
        if (digits < 0) {
            return spec(width, left, zeros, sign, alternate, -1, type).format(number, work);
        }
        String text = spec(0, left, false, '-', false, -1, type)
                .format(new Value.Int(number.number().abs()), work);
        String signed = number.number().signum() < 0 ? "-" : sign == '-' ? "" : String.valueOf(sign);
        return padded(signed + "0".repeat(Math.max(0, digits - text.length())) + text, width, left, -1);
    }

    private String shown(Value value) {
        Value.Str text = value instanceof Value.Str string ? string : Value.Str.of(Printed.of(value, work));
        return Html.joined(pattern, text, work).text();
    }

    private static String character(Value value) {
        if (value instanceof Value.Str text && text.length() == 1) {
            return text.text();
        }
        if (value instanceof Value.Int whole && Character.isValidCodePoint(Numbers.clamp(whole.number()))) {
            return Character.toString(Numbers.clamp(whole.number()));
        }
        throw Fault.of("%c must be given a character, got " + Types.name(value));
    }

    private static Value truncated(Value value) {
        if (value instanceof Value.Real real && Double.isFinite(real.number())) {
            return new Value.Int(
                    new BigDecimal(real.number()).setScale(0, RoundingMode.DOWN).toBigInteger());
        }
        if (Numbers.wholeOrNull(value) == null) {
            throw Fault.of("%d must be given a number, got " + Types.name(value));
        }
        return value;
    }

    private String padded(String text, int width, boolean left, int precision) {
        return new FormatSpec(" ", left ? '<' : '>', '-', false, Math.abs(width), (char) 0, precision, 's')
                .format(Value.Str.of(text), work);
    }

    private int star(@Nullable String number, int otherwise) {
        if (number == null) {
            return otherwise;
        }
        if (number.equals("*")) {
            return Numbers.clamp(java.util.Objects.requireNonNull(Numbers.wholeOrNull(truncated(next()))));
        }
        return number.isEmpty() ? 0 : Integer.parseInt(number);
    }

    private Value next() {
        if (used >= values.size()) {
            throw Fault.of("%: must be given a value for every field");
        }
        return values.get(used++);
    }

    private Value named(String key) {
        Value value = given instanceof Value.Dict dict ? dict.get(Value.Str.of(key), work) : null;
        if (value == null) {
            throw Fault.of("%: no value is given for the field '" + key + "'");
        }
        return value;
    }
}
