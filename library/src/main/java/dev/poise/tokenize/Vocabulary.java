package dev.poise.tokenize;

import dev.poise.bytepair.ByteLevel;
import dev.poise.sentencepiece.Piece;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The entries of a tokenizer, by id and by spelling.
final class Vocabulary {

    /// How entries spell spaces and bytes.
    private enum Spelling {
        BYTE_LEVEL,
        SENTENCE_PIECE,
        PLAIN
    }

    /// U+2581, which SentencePiece writes for a space.
    private static final String SPACE_MARK = "\u2581";

    private final Map<String, Integer> idOf = new HashMap<>();
    private final Set<Integer> added = new HashSet<>();
    private final Map<Integer, String> entryOf = new HashMap<>();
    private final int size;
    private final Spelling spelling;

    Vocabulary(JsonNode tokenizer) {
        this(spelling(tokenizer.path("decoder").toString()), entries(tokenizer), added(tokenizer));
    }

    /// The vocabulary of a SentencePiece model, and what is added to it.
    static Vocabulary ofPieces(List<Piece> pieces, Collection<AddedToken> added) {
        Map<String, Integer> entries = new LinkedHashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            entries.putIfAbsent(pieces.get(id).text(), id);
        }
        Map<String, Integer> specials = new LinkedHashMap<>();
        added.forEach(token -> specials.put(token.content(), token.id()));
        return new Vocabulary(Spelling.SENTENCE_PIECE, entries, specials);
    }

    private Vocabulary(Spelling spelling, Map<String, Integer> entries, Map<String, Integer> specials) {
        this.spelling = spelling;
        idOf.putAll(entries);
        idOf.putAll(specials);
        added.addAll(specials.values());
        int largest = -1;
        for (Map.Entry<String, Integer> entry : idOf.entrySet()) {
            entryOf.put(entry.getValue(), entry.getKey());
            largest = Math.max(largest, entry.getValue());
        }
        size = largest + 1;
    }

    /// Word-like models map entry to id; unigram models list [entry, score] in the order of ids.
    private static Map<String, Integer> entries(JsonNode tokenizer) {
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        Map<String, Integer> entries = new LinkedHashMap<>();
        if (vocabulary.isObject()) {
            vocabulary.forEachEntry((entry, id) -> entries.put(entry, id.intValue()));
        } else {
            for (JsonNode pair : vocabulary.values()) {
                entries.put(pair.path(0).stringValue(""), entries.size());
            }
        }
        return entries;
    }

    private static Map<String, Integer> added(JsonNode tokenizer) {
        Map<String, Integer> added = new LinkedHashMap<>();
        for (JsonNode token : tokenizer.path("added_tokens").values()) {
            added.put(token.path("content").stringValue(""), token.path("id").intValue(-1));
        }
        return added;
    }

    private static Spelling spelling(String decoder) {
        if (decoder.contains("ByteLevel")) {
            return Spelling.BYTE_LEVEL;
        }
        boolean marksSpaces = decoder.contains("Metaspace") || decoder.contains(SPACE_MARK);
        return marksSpaces ? Spelling.SENTENCE_PIECE : Spelling.PLAIN;
    }

    int size() {
        return size;
    }

    OptionalInt idOf(String entry) {
        Integer id = idOf.get(entry);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// One token as a person reads it.
    String piece(int id) {
        String entry = entryOf.get(id);
        if (entry == null) {
            return "<id " + id + ">";
        }
        if (added.contains(id)) {
            return entry;
        }
        return switch (spelling) {
            case BYTE_LEVEL -> readable(entry, ByteLevel.bytes(entry));
            case SENTENCE_PIECE -> readable(entry.replace(SPACE_MARK, " "), byteFallback(entry));
            case PLAIN -> entry;
        };
    }

    /// The byte of an entry like `<0x0A>`; empty for every other entry.
    private static byte[] byteFallback(String entry) {
        if (entry.length() != 6 || !entry.startsWith("<0x") || !entry.endsWith(">")) {
            return new byte[0];
        }
        int high = Character.digit(entry.charAt(3), 16);
        int low = Character.digit(entry.charAt(4), 16);
        return high < 0 || low < 0 ? new byte[0] : new byte[] {(byte) (16 * high + low)};
    }

    /// The text of the bytes where they are whole characters, each byte in hexadecimal where they are not.
    private static String readable(String entry, byte[] bytes) {
        if (bytes.length == 0) {
            return entry;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        StringBuilder hexadecimal = new StringBuilder();
        for (byte value : bytes) {
            hexadecimal.append("<0x%02X>".formatted(value));
        }
        return hexadecimal.toString();
    }
}
