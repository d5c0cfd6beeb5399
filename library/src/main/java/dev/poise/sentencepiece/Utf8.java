package dev.poise.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Characters of UTF-8 text.
final class Utf8 {

    private Utf8() {}

    /// Where the character that begins at `from` ends, in well-formed text.
    static int end(byte[] text, int from) {
        int first = text[from] & 0xFF;
        int length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        return Math.min(from + length, text.length);
    }

    /// Appends bytes as text, each one that belongs to no character as U+FFFD, and empties them.
    static void append(ByteArrayOutputStream from, StringBuilder text) {
        byte[] bytes = from.toByteArray();
        from.reset();
        int at = 0;
        while (at < bytes.length) {
            int end = end(bytes, at);
            String character = new String(bytes, at, end - at, StandardCharsets.UTF_8);
            // A malformed one decodes to U+FFFD in one place or more, and is then taken byte by byte.
            boolean whole = character.codePointCount(0, character.length()) == 1
                    && (character.charAt(0) != '\uFFFD' || (end - at == 3 && bytes[at] == (byte) 0xEF));
            text.append(whole ? character : "\uFFFD");
            at = whole ? end : at + 1;
        }
    }
}
