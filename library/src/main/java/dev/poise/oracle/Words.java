package dev.poise.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Cuts text into words: runs of letters, digits and marks, with the apostrophes between them, in lower case.
///
/// Written as a loop and not as a regular expression, which would recurse on every apostrophe.
final class Words {

    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            int next = at + Character.charCount(character);
            boolean inside = isWordPart(character)
                    || (start >= 0
                            && isApostrophe(character)
                            && next < text.length()
                            && isWordPart(text.codePointAt(next)));
            if (inside && start < 0) {
                start = at;
            } else if (!inside && start >= 0) {
                words.add(text.substring(start, at).toLowerCase(Locale.ROOT));
                start = -1;
            }
            at = next;
        }
        if (start >= 0) {
            words.add(text.substring(start).toLowerCase(Locale.ROOT));
        }
        return words;
    }

    private static boolean isWordPart(int character) {
        int type = Character.getType(character);
        return Character.isLetterOrDigit(character)
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }

    private static boolean isApostrophe(int character) {
        return character == '\'' || character == '’';
    }
}
