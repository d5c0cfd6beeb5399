package dev.poise.sentencepiece;

import java.util.List;

/// How a normalised text is cut into pieces.
sealed interface Segmentation permits Characters, Pairs, Unigram, Words {

    /// The pieces of a text, which together are the text.
    ///
    /// @param text UTF-8
    List<Segment> cut(byte[] text);

    static Segmentation of(ModelFile file, PieceIndex pieces, PieceIndex whole, int unknown) {
        return switch (file.method()) {
            case UNIGRAM -> Unigram.of(file.pieces(), pieces, unknown);
            case PAIRS -> new Pairs(file.pieces(), pieces, whole, unknown);
            case WORDS -> new Words(pieces, unknown, file.wordsEndInSpace());
            case CHARACTERS -> new Characters(pieces, whole, unknown);
        };
    }

    /// The id of a stretch, or that of the unknown piece.
    static Segment segment(PieceIndex pieces, int unknown, byte[] text, int from, int to) {
        int id = pieces.find(text, from, to);
        return new Segment(id < 0 ? unknown : id, from, to);
    }
}
