package dev.poise.template;

/// Where numbers end in a template's text. Digits may stand apart by single underscores, as in Python.
final class Numerals {

    private Numerals() {}

    /// Behind the float that starts at `start`, or `start` where there is none: digits with a fraction, an
    /// exponent, or both.
    static int floatEnd(String text, int start) {
        int whole = digits(text, start, 10);
        int end = whole;
        if (at(text, end) == '.') {
            int fraction = digits(text, end + 1, 10);
            end = fraction > end + 1 ? fraction : end;
        }
        char exponent = at(text, end);
        if (exponent == 'e' || exponent == 'E') {
            int sign = at(text, end + 1) == '+' || at(text, end + 1) == '-' ? 1 : 0;
            int power = digits(text, end + 1 + sign, 10);
            end = power > end + 1 + sign ? power : end;
        }
        return end == whole ? start : end;
    }

    /// Behind the integer that starts at `start`: decimal, or with the prefix `0b`, `0o` or `0x`.
    static int integerEnd(String text, int start) {
        if (at(text, start) == '0') {
            int radix = radix(at(text, start + 1));
            int from = start + 2 + (at(text, start + 2) == '_' ? 1 : 0);
            int end = radix == 10 ? start : digits(text, from, radix);
            return radix != 10 && end > from ? end : digits(text, start, 1);
        }
        return digits(text, start, 10);
    }

    /// The radix that a letter behind a zero stands for; 10 for none.
    static int radix(char letter) {
        return switch (letter) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 10;
        };
    }

    /// Behind a run of digits, single underscores between them.
    private static int digits(String text, int start, int radix) {
        int end = start;
        while (isDigit(at(text, end), radix)
                || (end > start && at(text, end) == '_' && isDigit(at(text, end + 1), radix))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char letter, int radix) {
        return letter < 0x80 && (radix == 1 ? letter == '0' : Character.digit(letter, radix) >= 0);
    }

    private static char at(String text, int index) {
        return index < text.length() ? text.charAt(index) : 0;
    }
}
