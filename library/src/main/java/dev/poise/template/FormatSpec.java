package dev.poise.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a value is written in a field: Python's format specification,
/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`
/// (<https://docs.python.org/3/library/string.html#format-specification-mini-language>).
///
/// @param align `<`, `>`, `^`, `=`, or 0 for the type's own
/// @param sign `-`, `+` or a space
/// @param grouping `,`, `_`, or 0 for none
/// @param precision digits, or characters of a text; below 0 for none
/// @param type a letter, or 0 for none
record FormatSpec(
        String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {

    private static final Pattern SYNTAX = Pattern.compile(
            "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\\d{1,9})?"
                    + "(?<grouping>[,_])?(?:\\.(?<precision>\\d{1,9}))?(?<type>[a-zA-Z%])?",
            Pattern.DOTALL);

    static FormatSpec of(String text) {
        Matcher match = SYNTAX.matcher(text);
        if (!match.matches()) {
            throw Fault.of("the format '" + text + "' is none");
        }
        boolean zero = match.group("zero") != null;
        String fill = match.group("fill");
        return new FormatSpec(
                fill != null ? fill : zero ? "0" : " ",
                letter(match.group("align"), zero ? '=' : 0),
                letter(match.group("sign"), '-'),
                match.group("alternate") != null,
                number(match.group("width"), 0),
                letter(match.group("grouping"), (char) 0),
                number(match.group("precision"), -1),
                letter(match.group("type"), (char) 0));
    }

    private static char letter(@Nullable String group, int otherwise) {
        return group == null ? (char) otherwise : group.charAt(0);
    }

    private static int number(@Nullable String group, int otherwise) {
        return group == null ? otherwise : Integer.parseInt(group);
    }

    String format(Value value, Work work) {
        work.chars(4L * Math.max(0, precision));
        return switch (value) {
            case Value.Str text -> text(text.text(), work);
            case Value.Int whole -> whole(whole, work);
            case Value.Bool truth ->
                equals(of("")) ? Printed.of(truth, work) : whole(Value.Int.of(truth == Value.Bool.TRUE ? 1 : 0), work);
            case Value.Real real -> real(real.number(), work);
            case Value.Undefined _, Value.None _, Value.Items _, Value.Dict _, Value.View _, Value.Range _ ->
                object(value, work);
            case Value.Stream _, Value.Namespace _, Value.Thing _ -> object(value, work);
        };
    }

    private String object(Value value, Work work) {
        if (!equals(of(""))) {
            throw Fault.of("the format of a " + Types.name(value) + " must be empty");
        }
        return Printed.of(value, work);
    }

    private String text(String text, Work work) {
        if ((type != 0 && type != 's') || align == '=' || sign != '-' || grouping != 0) {
            throw Fault.of("the format does not fit text");
        }
        int length = text.codePointCount(0, text.length());
        String cut =
                precision >= 0 && precision < length ? text.substring(0, text.offsetByCodePoints(0, precision)) : text;
        return pad("", cut, '<', work);
    }

    private String whole(Value.Int whole, Work work) {
        BigInteger number = whole.number();
        String digits = number.abs().toString();
        return switch (type) {
            case 0, 'd', 'n' -> number(number.signum() < 0, "", group(digits, 3), work);
            case 'b' ->
                number(
                        number.signum() < 0,
                        alternate ? "0b" : "",
                        group(number.abs().toString(2), 4),
                        work);
            case 'o' ->
                number(
                        number.signum() < 0,
                        alternate ? "0o" : "",
                        group(number.abs().toString(8), 4),
                        work);
            case 'x' ->
                number(
                        number.signum() < 0,
                        alternate ? "0x" : "",
                        group(number.abs().toString(16), 4),
                        work);
            case 'X' -> {
                String hexadecimal = number.abs().toString(16).toUpperCase(Locale.ROOT);
                yield number(number.signum() < 0, alternate ? "0X" : "", group(hexadecimal, 4), work);
            }
            case 'c' -> {
                int point = Numbers.clamp(number);
                if (!Character.isValidCodePoint(point)) {
                    throw Fault.of("no character has the number " + number);
                }
                yield pad("", Character.toString(point), '<', work);
            }
            default -> real(Numbers.real(whole), work);
        };
    }

    private String real(double number, Work work) {
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        boolean upper = Character.isUpperCase(type);
        String digits;
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            digits = (Double.isNaN(number) ? "nan" : "inf") + (type == '%' ? "%" : "");
        } else {
            BigDecimal exact = new BigDecimal(Math.abs(number));
            digits = switch (type) {
                case 0 -> precision < 0 ? Printed.real(Math.abs(number)) : general(exact, precision, true);
                case 'f', 'F' -> fixed(exact, precision < 0 ? 6 : precision);
                case 'e', 'E' -> scientific(exact, precision < 0 ? 6 : precision);
                case 'g', 'G', 'n' -> general(exact, precision < 0 ? 6 : precision, false);
                case '%' -> fixed(new BigDecimal(Math.abs(number) * 100), precision < 0 ? 6 : precision) + "%";
                default -> throw Fault.of("the format '" + type + "' does not fit a number");
            };
        }
        return number(negative, "", group(upper ? digits.toUpperCase(Locale.ROOT) : digits, 3), work);
    }

    private String fixed(BigDecimal exact, int places) {
        String text = exact.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
        return alternate && places == 0 ? text + "." : text;
    }

    private static String scientific(BigDecimal exact, int places) {
        BigDecimal rounded =
                exact.signum() == 0 ? exact : exact.round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = exact.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String padded = digits + "0".repeat(Math.max(0, places + 1 - digits.length()));
        String mantissa = padded.charAt(0) + (places > 0 ? "." + padded.substring(1, places + 1) : "");
        return mantissa + Printed.exponent(exponent);
    }

    /// Fixed or with an exponent, whichever is shorter; zeros at the end go.
    ///
    /// @param real whether at least one digit stays behind the point, as `str` has it
    private String general(BigDecimal exact, int digits, boolean real) {
        int significant = Math.max(1, digits);
        BigDecimal rounded = exact.signum() == 0
                ? BigDecimal.ZERO
                : exact.round(new MathContext(significant, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= significant - (real ? 1 : 0)) {
            String text = scientific(exact, significant - 1);
            int e = text.indexOf('e');
            return alternate ? text : withoutZeros(text.substring(0, e)) + text.substring(e);
        }
        String text = fixed(rounded, Math.max(0, significant - 1 - exponent));
        text = alternate ? text : withoutZeros(text);
        return real && text.indexOf('.') < 0 ? text + ".0" : text;
    }

    private static String withoutZeros(String text) {
        return text.indexOf('.') < 0 ? text : Strip.right(Strip.right(text, "0"), ".");
    }

    /// Digits before the point in groups.
    private String group(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        int end = 0;
        while (end < digits.length() && Character.isLetterOrDigit(digits.charAt(end))) {
            end++;
        }
        StringBuilder grouped = new StringBuilder(digits);
        for (int at = end - size; at > 0; at -= size) {
            grouped.insert(at, grouping);
        }
        return grouped.toString();
    }

    private String number(boolean negative, String prefix, String digits, Work work) {
        String signed = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        return pad(signed + prefix, digits, '>', work);
    }

    private String pad(String before, String text, char own, Work work) {
        int length = before.length() + text.codePointCount(0, text.length());
        int missing = Math.max(0, width - length);
        int left =
                switch (align == 0 ? own : align) {
                    case '<' -> 0;
                    case '^' -> missing / 2;
                    default -> missing;
                };
        return align == '='
                ? before + TextMethods.padded(text, missing, 0, fill, work)
                : TextMethods.padded(before + text, left, missing - left, fill, work);
    }
}
