package dev.poise.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Byte-pair encoding (Sennrich et al., <https://arxiv.org/abs/1508.07909>) as SentencePiece runs it: of all neighbours
/// whose union is a piece, those with the best score are joined first, the leftmost of equal ones. O(n log n).
///
/// @param vocabulary for scores
/// @param pieces its text pieces
/// @param whole pieces that are never cut and never joined
/// @param unknown id of what has no piece
record Pairs(List<Piece> vocabulary, PieceIndex pieces, PieceIndex whole, int unknown) implements Segmentation {

    private static final Comparator<Join> BEST_FIRST =
            Comparator.comparingDouble((Join join) -> -join.score).thenComparingInt(Join::left);

    /// Two neighbours, by where they begin.
    ///
    /// @param end of both together, by which a join is known that one of the two has left since
    private record Join(float score, int left, int right, int end) {}

    @Override
    public List<Segment> cut(byte[] text) {
        return new Line(text).join();
    }

    /// The stretches of one text, each known by where it begins.
    private final class Line {
        private final byte[] text;
        private final int[] ends;
        private final int[] starts;
        private final boolean[] fixed;
        private final PriorityQueue<Join> joins = new PriorityQueue<>(BEST_FIRST);

        Line(byte[] text) {
            this.text = text;
            this.ends = new int[text.length];
            this.starts = new int[text.length + 1];
            this.fixed = new boolean[text.length];
            int at = 0;
            while (at < text.length) {
                int longest = whole.longest(text, at);
                fixed[at] = longest > at;
                ends[at] = fixed[at] ? longest : Utf8.end(text, at);
                starts[ends[at]] = at;
                at = ends[at];
            }
        }

        List<Segment> join() {
            for (int at = 0; at < text.length; at = ends[at]) {
                consider(at);
            }
            while (!joins.isEmpty()) {
                Join join = joins.remove();
                boolean stands = ends[join.left] == join.right && ends[join.right] == join.end;
                if (stands) {
                    ends[join.left] = join.end;
                    ends[join.right] = 0;
                    starts[join.end] = join.left;
                    if (join.left > 0) {
                        consider(starts[join.left]);
                    }
                    consider(join.left);
                }
            }
            List<Segment> segments = new ArrayList<>();
            for (int at = 0; at < text.length; at = ends[at]) {
                segments.add(Segmentation.segment(pieces, unknown, text, at, ends[at]));
            }
            return segments;
        }

        /// Puts a stretch and the next one in line where they may be joined.
        private void consider(int left) {
            int right = ends[left];
            if (right < text.length && !fixed[left] && !fixed[right]) {
                int id = pieces.find(text, left, ends[right]);
                if (id >= 0) {
                    joins.add(new Join(vocabulary.get(id).score(), left, right, ends[right]));
                }
            }
        }
    }
}
