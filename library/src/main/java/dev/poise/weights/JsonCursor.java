package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.util.ByteBufferBackedInputStream;

/// A walk over the one JSON object of a text in a file that knows at which byte of the file it stands.
///
/// Nothing is built on the way, so a document costs only what its reader keeps of it. Keys that occur twice
/// are refused.
final class JsonCursor {

    /// Characters of a string. The longest seen are training logs of a few megabytes in `__metadata__`.
    private static final int MAXIMUM_STRING = 20_000_000;

    // The text is UTF-8 by now: guessing at its first bytes could only turn it into something else.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAXIMUM_STRING)
                    .build())
            .build();

    private final Path file;
    private final long start;
    private final JsonParser parser;

    private JsonCursor(Path file, long start, JsonParser parser) {
        this.file = file;
        this.start = start;
        this.parser = parser;
    }

    /// Reads `text`, which starts at the byte `start` of `file`: `reader` gets a cursor at the outermost value
    /// and must leave it at that value's end.
    ///
    /// @throws WeightsException when the text is not UTF-8, not JSON, or holds more than one value
    static <T> T read(Path file, long start, MemorySegment text, Function<JsonCursor, T> reader) {
        requireUtf8(file, start, text.asByteBuffer());
        ByteBufferBackedInputStream bytes = new ByteBufferBackedInputStream(text.asByteBuffer());
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            JsonCursor cursor = new JsonCursor(file, start, parser);
            try {
                parser.nextToken();
                T result = reader.apply(cursor);
                if (parser.nextToken() != null) {
                    throw cursor.refusal("nothing must follow the JSON object, got " + cursor.token());
                }
                return result;
            } catch (JacksonException malformed) {
                long offset = start + parser.currentLocation().getByteOffset();
                throw WeightsException.at(
                        file, offset, "must be JSON: " + WeightsException.shown(malformed.getOriginalMessage()));
            }
        }
    }

    /// Steps into the object that must stand here.
    void enterObject(String what) {
        require(JsonToken.START_OBJECT, what + " must be an object");
    }

    /// Steps to the next member's value, or to the object's end.
    ///
    /// @return whether there is a member; its name is then [#key()]
    boolean nextMember() {
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            return false;
        }
        parser.nextToken();
        return true;
    }

    /// Name of the member whose value stands here.
    String key() {
        return parser.currentName();
    }

    /// Steps over the value that stands here.
    void skip() {
        parser.skipChildren();
    }

    /// The string that must stand here.
    String string(String what) {
        require(JsonToken.VALUE_STRING, what + " must be a string");
        return parser.getString();
    }

    /// The array of at most `maximum` whole numbers, none negative, that must stand here.
    List<Long> naturals(String what, int maximum) {
        require(JsonToken.START_ARRAY, what + " must be an array of whole numbers");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (numbers.size() == maximum) {
                throw refusal(what + " must have at most " + maximum + " numbers, got more");
            }
            numbers.add(natural(what));
        }
        return numbers;
    }

    /// The byte of the file at which the current value, key or bracket starts.
    long offset() {
        return start + parser.currentTokenLocation().getByteOffset();
    }

    /// A refusal of what stands here.
    WeightsException refusal(String what) {
        return WeightsException.at(file, offset(), what);
    }

    private long natural(String what) {
        // Minus zero is an integer to JSON, but a size or place has no sign. A type beyond long is a size that no file
        // has.
        boolean natural = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && !parser.getString().startsWith("-")
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!natural) {
            throw refusal(what + " must hold whole numbers from 0 to 2^63 - 1, got " + token());
        }
        return parser.getLongValue();
    }

    private void require(JsonToken wanted, String must) {
        if (parser.currentToken() != wanted) {
            throw refusal(must + ", got " + token());
        }
    }

    private String token() {
        return parser.currentToken() == null ? "nothing" : WeightsException.shown(parser.getString());
    }

    /// Jackson reads over some malformed sequences. Decoding into a small buffer costs no memory and finds them all.
    private static void requireUtf8(Path file, long start, ByteBuffer text) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer decoded = CharBuffer.allocate(8192);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            decoded.clear();
            result = decoder.decode(text, decoded, true);
        }
        if (result.isError()) {
            throw WeightsException.at(file, start + text.position(), "must be UTF-8, got a byte that is not");
        }
    }
}
