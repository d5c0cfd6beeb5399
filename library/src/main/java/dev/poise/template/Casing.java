package dev.poise.template;

import java.util.Locale;

/// Upper and lower case, as Python's text methods see it.
final class Casing {

    private Casing() {}

    /// The first letter large, all others small.
    static String capitalised(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int behind = text.offsetByCodePoints(0, 1);
        return title(text.substring(0, behind)) + text.substring(behind).toLowerCase(Locale.ROOT);
    }

    /// The first letter of every run of letters large, the others small.
    static String titled(String text) {
        StringBuilder titled = new StringBuilder();
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            String letter = Character.toString(point);
            titled.append(inWord ? letter.toLowerCase(Locale.ROOT) : title(letter));
            inWord = Unicode.isCased(point);
        }
        return titled.toString();
    }

    private static String title(String letter) {
        int point = letter.codePointAt(0);
        int large = Character.toTitleCase(point);
        // Letters like the German sharp s become two, of which only the first is large.
        String upper = letter.toUpperCase(Locale.ROOT);
        return large == point && upper.codePointCount(0, upper.length()) > 1
                ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
                : Character.toString(large);
    }

    static String swapped(String text) {
        StringBuilder swapped = new StringBuilder();
        for (int point : text.codePoints().toArray()) {
            String letter = Character.toString(point);
            swapped.append(
                    Character.isUpperCase(point)
                            ? letter.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(point) ? letter.toUpperCase(Locale.ROOT) : letter);
        }
        return swapped.toString();
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(point -> Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(point -> Character.isLowerCase(point) || Character.isTitleCase(point));
    }

    static boolean isTitled(String text) {
        boolean any = false;
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            boolean large = Character.isUpperCase(point) || Character.isTitleCase(point);
            boolean small = Character.isLowerCase(point);
            if (large == inWord && (large || small)) {
                return false;
            }
            any |= large || small;
            inWord = large || small;
        }
        return any;
    }
}
