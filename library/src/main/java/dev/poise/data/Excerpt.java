package dev.poise.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Collectors;

/// Pieces of foreign text that are safe to show.
final class Excerpt {

    /// Of a bad row, at most this many bytes are kept: enough to repair it, never the 100 MB of a broken file.
    static final int MAX_RAW = 65_536;

    private static final int MAX_QUOTED = 40;

    private static final int MAX_NAMES = 20;

    private Excerpt() {}

    /// The start of a row, bytes that are no UTF-8 replaced.
    static String raw(byte[] bytes, int length) {
        return new String(bytes, 0, Math.min(length, MAX_RAW), StandardCharsets.UTF_8);
    }

    static String raw(String text) {
        return text.length() <= MAX_RAW ? text : text.substring(0, MAX_RAW);
    }

    /// A short quotation for a message: one line, no control characters, nothing that a terminal would obey.
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().limit(MAX_QUOTED).forEach(point -> {
            boolean shown = !Character.isISOControl(point)
                    && Character.getType(point) != Character.SURROGATE
                    && Character.getType(point) != Character.FORMAT;
            quoted.append(shown ? Character.toString(point) : "\\u%04x".formatted(point));
        });
        return quoted.append(text.codePointCount(0, text.length()) > MAX_QUOTED ? "...\"" : "\"")
                .toString();
    }

    /// Column names for a message, safe to show.
    static String names(Collection<String> names) {
        if (names.isEmpty()) {
            return "no columns";
        }
        String shown = names.stream().limit(MAX_NAMES).map(Excerpt::name).collect(Collectors.joining(", "));
        return "the columns " + (names.size() > MAX_NAMES ? shown + ", ..." : shown);
    }

    private static String name(String name) {
        return name.matches("\\w{1,40}") ? name : quoted(name);
    }

    /// Index of the first byte that is no UTF-8, or -1.
    static int firstInvalidByte(byte[] bytes, int length) {
        ByteBuffer input = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer output = CharBuffer.allocate(4096);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        while (true) {
            CoderResult result = decoder.decode(input, output.clear(), true);
            if (result.isError()) {
                return input.position();
            }
            if (result.isUnderflow()) {
                return -1;
            }
        }
    }

    /// Index of the first char that is half of a surrogate pair, which no UTF-8 and no tokenizer can hold, or -1.
    static int firstLoneSurrogate(String text) {
        for (int index = 0; index < text.length(); index++) {
            char letter = text.charAt(index);
            if (Character.isHighSurrogate(letter)
                    && index + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(index + 1))) {
                index++;
            } else if (Character.isSurrogate(letter)) {
                return index;
            }
        }
        return -1;
    }
}
