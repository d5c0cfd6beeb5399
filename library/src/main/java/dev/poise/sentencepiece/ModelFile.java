package dev.poise.sentencepiece;

import dev.poise.sentencepiece.Piece.Kind;
import java.util.ArrayList;
import java.util.List;

/// What a model file says that encoding and decoding depend on. Numbers of fields and what holds where one is missing
/// are those of `sentencepiece_model.proto` (SentencePiece 0.2).
///
/// @param pieces the vocabulary
/// @param method how text is cut
/// @param byteFallback whether characters without a piece become bytes
/// @param unknownSurface what an unknown piece decodes to
/// @param beginning spelling of the piece that begins a sequence, if there is one
/// @param end spelling of the piece that ends one
/// @param padding spelling of the piece that pads one
/// @param wordsEndInSpace whether the mark of a space ends a word rather than begins one
/// @param characterMap replacements of characters, compiled; empty for none
/// @param dummyPrefix whether a space is put before a text
/// @param removesSpaces whether spaces around a text go, and of several only one stays
/// @param marksSpaces whether spaces are written as U+2581
record ModelFile(
        List<Piece> pieces,
        Method method,
        boolean byteFallback,
        String unknownSurface,
        String beginning,
        String end,
        String padding,
        boolean wordsEndInSpace,
        byte[] characterMap,
        boolean dummyPrefix,
        boolean removesSpaces,
        boolean marksSpaces) {

    /// How text is cut.
    enum Method {
        UNIGRAM,
        PAIRS,
        WORDS,
        CHARACTERS
    }

    /// Reads the content of a file.
    ///
    /// @throws IllegalArgumentException when the bytes are no such file, or it asks for what is not read
    static ModelFile parse(byte[] file) {
        List<Piece> pieces = new ArrayList<>();
        Training training = new Training();
        Normalisation normalisation = new Normalisation();
        Wire wire = Wire.of(file);
        for (int field = wire.next(); field != 0; field = wire.next()) {
            switch (field) {
                case 1 -> pieces.add(piece(wire.message(), pieces.size()));
                case 2 -> training.read(wire.message());
                case 3 -> normalisation.read(wire.message());
                case 5 -> requireNone(wire.message());
                // What else there is takes no part: tests of the file itself, and fields to come.
                default -> wire.skip();
            }
        }
        long unknown =
                pieces.stream().filter(piece -> piece.kind() == Kind.UNKNOWN).count();
        if (unknown != 1) {
            throw new IllegalArgumentException("must have one unknown piece, got " + unknown);
        }
        long bytes = pieces.stream().filter(piece -> piece.kind() == Kind.BYTE).count();
        if (training.byteFallback && bytes != 256) {
            throw new IllegalArgumentException("must have 256 pieces of bytes to fall back on, got " + bytes);
        }
        return new ModelFile(
                List.copyOf(pieces),
                training.method,
                training.byteFallback,
                training.unknownSurface,
                training.beginning,
                training.end,
                training.padding,
                training.wordsEndInSpace,
                normalisation.characterMap,
                normalisation.dummyPrefix,
                normalisation.removesSpaces,
                normalisation.marksSpaces);
    }

    private static Piece piece(Wire wire, int id) {
        String text = "";
        float score = 0;
        long kind = 1;
        for (int field = wire.next(); field != 0; field = wire.next()) {
            switch (field) {
                case 1 -> text = wire.text();
                case 2 -> score = wire.number();
                case 3 -> kind = wire.integer();
                // Fields to come.
                default -> wire.skip();
            }
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("piece " + id + " must not be empty");
        }
        return new Piece(text, score, Kind.of(kind, id));
    }

    private static void requireNone(Wire wire) {
        Normalisation denormalisation = new Normalisation();
        denormalisation.read(wire);
        if (denormalisation.characterMap.length > 0) {
            throw new IllegalArgumentException(
                    "denormalizer_spec must hold no rules, got some: Poise does not change decoded text");
        }
    }

    /// `TrainerSpec`, with what holds where it says nothing.
    private static final class Training {
        private Method method = Method.UNIGRAM;
        private boolean byteFallback;
        private boolean wordsEndInSpace;
        private String unknownSurface = " \u2047 ";
        private String beginning = "<s>";
        private String end = "</s>";
        private String padding = "<pad>";

        void read(Wire wire) {
            for (int field = wire.next(); field != 0; field = wire.next()) {
                switch (field) {
                    case 3 -> method = method(wire.integer());
                    case 24 -> wordsEndInSpace = wire.truth();
                    case 35 -> byteFallback = wire.truth();
                    case 44 -> unknownSurface = wire.text();
                    case 46 -> beginning = wire.text();
                    case 47 -> end = wire.text();
                    case 48 -> padding = wire.text();
                    // How it was trained takes no part.
                    default -> wire.skip();
                }
            }
        }

        private static Method method(long number) {
            return switch (Math.clamp(number, 0, 5)) {
                case 1 -> Method.UNIGRAM;
                case 2 -> Method.PAIRS;
                case 3 -> Method.WORDS;
                case 4 -> Method.CHARACTERS;
                // A file may hold any number.
                default ->
                    throw new IllegalArgumentException(
                            "model_type must be 1 (unigram), 2 (bpe), 3 (word) or 4 (char), got " + number);
            };
        }
    }

    /// `NormalizerSpec`, with what holds where it says nothing.
    private static final class Normalisation {
        private byte[] characterMap = new byte[0];
        private boolean dummyPrefix = true;
        private boolean removesSpaces = true;
        private boolean marksSpaces = true;

        void read(Wire wire) {
            for (int field = wire.next(); field != 0; field = wire.next()) {
                switch (field) {
                    case 2 -> characterMap = wire.bytes();
                    case 3 -> dummyPrefix = wire.truth();
                    case 4 -> removesSpaces = wire.truth();
                    case 5 -> marksSpaces = wire.truth();
                    // Its name, and the rules that the map was compiled from.
                    default -> wire.skip();
                }
            }
        }
    }
}
