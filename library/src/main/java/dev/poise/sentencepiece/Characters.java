package dev.poise.sentencepiece;

import java.util.ArrayList;
import java.util.List;

/// Every character is a piece.
///
/// @param pieces the vocabulary
/// @param whole pieces that are never cut
/// @param unknown id of what has no piece
record Characters(PieceIndex pieces, PieceIndex whole, int unknown) implements Segmentation {

    @Override
    public List<Segment> cut(byte[] text) {
        List<Segment> segments = new ArrayList<>();
        int at = 0;
        while (at < text.length) {
            int longest = whole.longest(text, at);
            int end = longest > at ? longest : Utf8.end(text, at);
            segments.add(Segmentation.segment(pieces, unknown, text, at, end));
            at = end;
        }
        return segments;
    }
}
