package dev.poise.template;

/// String literals as Python reads them.
final class Escapes {

    private Escapes() {}

    /// What a literal says between its quotes. A backslash before a letter that means nothing stays.
    static String read(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < literal.length()) {
            char letter = literal.charAt(at++);
            if (letter != '\\') {
                text.append(letter);
                continue;
            }
            char escaped = literal.charAt(at++);
            switch (escaped) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(escaped);
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000B');
                case 'x' -> at = hexadecimal(literal, at, 2, text);
                case 'u' -> at = hexadecimal(literal, at, 4, text);
                case 'U' -> at = hexadecimal(literal, at, 8, text);
                case 'N' -> at = named(literal, at, text);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> at = octal(literal, at - 1, text);
                default -> text.append('\\').append(escaped);
            }
        }
        return text.toString();
    }

    private static int hexadecimal(String literal, int at, int digits, StringBuilder text) {
        int value = 0;
        for (int index = at; index < at + digits; index++) {
            int digit = index < literal.length() ? Character.digit(literal.charAt(index), 16) : -1;
            if (digit < 0) {
                throw Fault.of("an escape in a string must have " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw Fault.of("an escape in a string must name a character of Unicode");
        }
        text.appendCodePoint(value);
        return at + digits;
    }

    private static int octal(String literal, int at, StringBuilder text) {
        int value = 0;
        int index = at;
        while (index < Math.min(at + 3, literal.length()) && "01234567".indexOf(literal.charAt(index)) >= 0) {
            value = 8 * value + Character.digit(literal.charAt(index++), 8);
        }
        text.appendCodePoint(value);
        return index;
    }

    private static int named(String literal, int at, StringBuilder text) {
        int end = literal.indexOf('}', at);
        if (end < 0 || literal.charAt(at) != '{') {
            throw Fault.of("\\N in a string must be followed by a character's name in braces");
        }
        try {
            text.appendCodePoint(Character.codePointOf(literal.substring(at + 1, end)));
        } catch (IllegalArgumentException e) {
            throw Fault.of("\\N in a string must name a character of Unicode, got " + literal.substring(at, end + 1));
        }
        return end + 1;
    }
}
