package dev.poise.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Numbers that texts spell, as Python's `int` and `float` read them.
final class Literals {

    private static final Pattern REAL =
            Pattern.compile("[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");

    /// Python reads no longer ones, since it takes quadratic time.
    private static final int MAX_DIGITS = 4300;

    private Literals() {}

    static Optional<BigInteger> whole(String text, int base) {
        String digits = Strip.both(text, null);
        boolean negative = digits.startsWith("-");
        digits = digits.startsWith("+") || negative ? digits.substring(1) : digits;
        int radix = base;
        if (digits.length() > 2 && digits.charAt(0) == '0') {
            int told = Numerals.radix(digits.charAt(1));
            if (told != 10 && (base == told || base == 0)) {
                digits = digits.substring(digits.charAt(2) == '_' ? 3 : 2);
                radix = told;
            }
        }
        radix = radix == 0 ? 10 : radix;
        boolean valid = !digits.isEmpty()
                && digits.length() <= MAX_DIGITS
                && !digits.startsWith("_")
                && !digits.endsWith("_")
                && !digits.contains("__")
                && radix >= 2
                && radix <= 36;
        int shift = radix;
        digits = digits.replace("_", "");
        if (!valid || !digits.codePoints().allMatch(point -> Character.digit(point, shift) >= 0)) {
            return Optional.empty();
        }
        BigInteger number = new BigInteger(digits, radix);
        return Optional.of(negative ? number.negate() : number);
    }

    static Optional<Double> real(String text) {
        String number = Strip.both(text, null).toLowerCase(Locale.ROOT);
        String unsigned = number.startsWith("+") || number.startsWith("-") ? number.substring(1) : number;
        double sign = number.startsWith("-") ? -1 : 1;
        return switch (unsigned) {
            case "inf", "infinity" -> Optional.of(sign * Double.POSITIVE_INFINITY);
            case "nan" -> Optional.of(Double.NaN);
            case String _
            when number.length() <= MAX_DIGITS && REAL.matcher(number).matches() ->
                Optional.of(Double.parseDouble(number.replace("_", "")));
            case String _ -> Optional.empty();
        };
    }
}
