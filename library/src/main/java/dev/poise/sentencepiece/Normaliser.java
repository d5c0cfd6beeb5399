package dev.poise.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// What is done to a text before it is cut, as `Normalizer` of SentencePiece does it: characters are replaced, spaces
/// reduced and marked, and one is put before the text.
///
/// @param characters replacements, where there are any
/// @param kept pieces that stay as they stand
/// @param file the switches
record Normaliser(Optional<CharacterMap> characters, PieceIndex kept, ModelFile file) {

    static final byte[] SPACE_MARK = "\u2581".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SPACE = {' '};

    static Normaliser of(ModelFile file, PieceIndex kept) {
        byte[] blob = file.characterMap();
        return new Normaliser(blob.length == 0 ? Optional.empty() : Optional.of(new CharacterMap(blob)), kept, file);
    }

    /// What a text is cut as.
    ///
    /// @param text UTF-8
    /// @param prefixes whether the model's space may be put before it
    byte[] normalise(byte[] text, boolean prefixes) {
        int at = file.removesSpaces() ? afterSpaces(text) : 0;
        if (at == text.length) {
            return new byte[0];
        }
        byte[] space = file.marksSpaces() ? SPACE_MARK : SPACE;
        boolean prefix = file.dummyPrefix() && prefixes;
        ByteArrayOutputStream output = new ByteArrayOutputStream(text.length + text.length / 2 + 4);
        if (prefix && !file.wordsEndInSpace()) {
            output.writeBytes(space);
        }
        boolean behindSpace = file.removesSpaces();
        while (at < text.length) {
            Stretch next = next(text, at);
            int from = next.from();
            while (behindSpace && from < next.to() && next.bytes()[from] == ' ') {
                from++;
            }
            for (int index = from; index < next.to(); index++) {
                if (next.bytes()[index] == ' ') {
                    output.writeBytes(space);
                } else {
                    output.write(next.bytes()[index]);
                }
            }
            if (from < next.to()) {
                behindSpace = file.removesSpaces() && next.bytes()[next.to() - 1] == ' ';
            }
            at = next.end();
        }
        byte[] normal = file.removesSpaces() ? withoutSpacesAtEnd(output.toByteArray(), space) : output.toByteArray();
        if (prefix && file.wordsEndInSpace()) {
            byte[] longer = Arrays.copyOf(normal, normal.length + space.length);
            System.arraycopy(space, 0, longer, normal.length, space.length);
            return longer;
        }
        return normal;
    }

    private int afterSpaces(byte[] text) {
        int at = 0;
        while (at < text.length) {
            Stretch next = next(text, at);
            if (!next.isSpace()) {
                break;
            }
            at = next.end();
        }
        return at;
    }

    private Stretch next(byte[] text, int at) {
        int whole = kept.longest(text, at);
        if (whole > at) {
            return new Stretch(text, at, whole, whole);
        }
        Optional<Stretch> replaced = characters.flatMap(map -> map.longest(text, at));
        int end = Utf8.end(text, at);
        return replaced.orElseGet(() -> new Stretch(text, at, end, end));
    }

    private static byte[] withoutSpacesAtEnd(byte[] text, byte[] space) {
        int end = text.length;
        while (end >= space.length && Arrays.equals(text, end - space.length, end, space, 0, space.length)) {
            end -= space.length;
        }
        return Arrays.copyOf(text, end);
    }
}
