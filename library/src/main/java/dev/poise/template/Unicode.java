package dev.poise.template;

/// What Python thinks of characters, where Java thinks otherwise.
final class Unicode {

    private Unicode() {}

    /// White space: what `str.isspace` and `str.strip` mean, no-break spaces and separators included.
    static boolean isSpace(int point) {
        return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
    }

    /// Where `str.splitlines` breaks a line, besides `\r\n` as one.
    static boolean isLineBreak(int point) {
        return (point >= 0x0A && point <= 0x0D)
                || (point >= 0x1C && point <= 0x1E)
                || point == 0x85
                || point == 0x2028
                || point == 0x2029;
    }

    static boolean startsName(int point) {
        return point == '_' || Character.isUnicodeIdentifierStart(point);
    }

    static boolean continuesName(int point) {
        return point == '_' || (Character.isUnicodeIdentifierPart(point) && !Character.isIdentifierIgnorable(point));
    }

    /// Whether `repr` writes a character as it is: neither a control, a separator but the space, a surrogate, nor
    /// unassigned.
    static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    static boolean isAlpha(int point) {
        return switch (Character.getType(point)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> true;
            default -> false;
        };
    }

    /// Decimal digits, and those raised, lowered or circled of the Latin blocks.
    static boolean isDigit(int point) {
        return Character.isDigit(point)
                || point == 0xB2
                || point == 0xB3
                || point == 0xB9
                || point == 0x2070
                || (point >= 0x2074 && point <= 0x2079)
                || (point >= 0x2080 && point <= 0x2089)
                || (point >= 0x2460 && point <= 0x2468);
    }

    static boolean isNumeric(int point) {
        return switch (Character.getType(point)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    static boolean isAlphanumeric(int point) {
        return isAlpha(point) || isNumeric(point);
    }

    static boolean isCased(int point) {
        return Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
    }
}
