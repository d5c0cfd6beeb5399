package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.List;

/// Finds the prompt that two answers share where a row has no prompt of its own.
final class CommonPrompt {

    private CommonPrompt() {}

    /// How many chars of two texts are their prompt: what both begin with, taken back to a whole word, and without
    /// the space before the answers, which belongs to them ("The sky is" + " blue", as in TRL).
    static int length(String chosen, String rejected) {
        int shorter = Math.min(chosen.length(), rejected.length());
        int length = 0;
        while (length < shorter && chosen.charAt(length) == rejected.charAt(length)) {
            length++;
        }
        if (continuesWord(chosen, length) || continuesWord(rejected, length)) {
            while (length > 0 && isWord(chosen.codePointBefore(length))) {
                length -= Character.charCount(chosen.codePointBefore(length));
            }
        }
        return length > 0 && chosen.charAt(length - 1) == ' ' ? length - 1 : length;
    }

    /// How many messages both lists begin with.
    static int length(List<Message> chosen, List<Message> rejected) {
        int shorter = Math.min(chosen.size(), rejected.size());
        int length = 0;
        while (length < shorter && chosen.get(length).equals(rejected.get(length))) {
            length++;
        }
        return length;
    }

    /// Whether an index falls inside a word, or inside a character of two chars.
    private static boolean continuesWord(String text, int index) {
        if (index == 0 || index == text.length()) {
            return false;
        }
        return Character.isSurrogatePair(text.charAt(index - 1), text.charAt(index))
                || (isWord(text.codePointBefore(index)) && isWord(text.codePointAt(index)));
    }

    /// Letters, digits, and the marks, joiners and surrogate halves that continue a character.
    private static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.MODIFIER_SYMBOL -> true;
            default -> Character.isLetterOrDigit(codePoint);
        };
    }
}
