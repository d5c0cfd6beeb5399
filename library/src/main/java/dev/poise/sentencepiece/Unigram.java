package dev.poise.sentencepiece;

import dev.poise.sentencepiece.Piece.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// The likeliest segmentation under a unigram model (Kudo, <https://arxiv.org/abs/1804.10959>), found by Viterbi's
/// algorithm. Sums are kept in float32 and compared in float64 as SentencePiece does: two ways that are almost equally
/// likely come out as they do there.
///
/// @param vocabulary for scores
/// @param pieces its text pieces
/// @param unknown id of what has no piece
/// @param unknownScore of it
/// @param bestScore of any piece
record Unigram(List<Piece> vocabulary, PieceIndex pieces, int unknown, float unknownScore, float bestScore)
        implements Segmentation {

    /// How far an unknown character lies below the least likely piece (`kUnkPenalty`).
    private static final float PENALTY = 10;

    static Unigram of(List<Piece> vocabulary, PieceIndex pieces, int unknown) {
        float least = Float.MAX_VALUE;
        float best = Float.MIN_NORMAL; // as there: FLT_MIN, which is above zero
        for (Piece piece : vocabulary) {
            if (piece.kind() == Kind.NORMAL) {
                least = Math.min(least, piece.score());
                best = Math.max(best, piece.score());
            }
        }
        return new Unigram(vocabulary, pieces, unknown, least - PENALTY, best);
    }

    @Override
    public List<Segment> cut(byte[] text) {
        float[] sums = new float[text.length + 1];
        int[] ids = new int[text.length + 1];
        int[] starts = new int[text.length + 1];
        Arrays.fill(starts, -1);
        int at = 0;
        while (at < text.length) {
            int from = at;
            int next = Utf8.end(text, at);
            boolean[] whole = {false};
            pieces.each(text, from, (id, end) -> {
                double sum = score(id, end - from) + sums[from];
                if (starts[end] < 0 || sum > sums[end]) {
                    sums[end] = (float) sum;
                    ids[end] = id;
                    starts[end] = from;
                }
                whole[0] |= end == next;
            });
            if (!whole[0]) {
                float sum = unknownScore + sums[from];
                if (starts[next] < 0 || sum > sums[next]) {
                    sums[next] = sum;
                    ids[next] = unknown;
                    starts[next] = from;
                }
            }
            at = next;
        }
        List<Segment> segments = new ArrayList<>();
        for (int end = text.length; end > 0; end = starts[end]) {
            segments.add(new Segment(ids[end], starts[end], end));
        }
        Collections.reverse(segments);
        return segments;
    }

    /// A piece that a user defined is as good as certain: better than anything of its length.
    private double score(int id, int bytes) {
        Piece piece = vocabulary.get(id);
        return piece.kind() == Kind.USER_DEFINED ? bytes * bestScore - 0.1 : piece.score();
    }
}
