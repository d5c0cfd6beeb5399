package dev.poise.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Every word is a piece, with the mark of a space before it, or behind it where words end in one.
///
/// @param pieces the vocabulary
/// @param unknown id of what has no piece
/// @param endInSpace where the mark belongs
record Words(PieceIndex pieces, int unknown, boolean endInSpace) implements Segmentation {

    @Override
    public List<Segment> cut(byte[] text) {
        List<Segment> segments = new ArrayList<>();
        byte[] mark = Normaliser.SPACE_MARK;
        int from = 0;
        int at = 0;
        while (at < text.length) {
            int end = Utf8.end(text, at);
            boolean space = Arrays.equals(text, at, end, mark, 0, mark.length);
            int cut = space ? (endInSpace ? end : at) : from;
            if (cut > from) {
                segments.add(Segmentation.segment(pieces, unknown, text, from, cut));
                from = cut;
            }
            at = end;
        }
        if (from < text.length) {
            segments.add(Segmentation.segment(pieces, unknown, text, from, text.length));
        }
        return segments;
    }
}
