package dev.poise.template;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Texts without what stands at their edges.
final class Strip {

    private Strip() {}

    /// @param characters what goes; null for white space
    static String both(String text, @Nullable String characters) {
        return left(right(text, characters), characters);
    }

    static String left(String text, @Nullable String characters) {
        IntPredicate goes = goes(characters);
        int start = 0;
        while (start < text.length() && goes.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String right(String text, @Nullable String characters) {
        IntPredicate goes = goes(characters);
        int end = text.length();
        while (end > 0 && goes.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private static IntPredicate goes(@Nullable String characters) {
        return characters == null ? Unicode::isSpace : point -> characters.indexOf(point) >= 0;
    }
}
