package dev.poise.sentencepiece;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Pieces by their bytes: which of them a text goes on with. A sorted list, in which every further byte narrows the
/// range of those that still fit.
final class PieceIndex {

    /// What a search finds.
    interface Found {
        /// Takes one piece.
        ///
        /// @param id of the piece
        /// @param end of it in the text, exclusive
        void piece(int id, int end);
    }

    private final byte[][] spelled;
    private final int[] ids;

    PieceIndex(List<Piece> pieces, Predicate<Piece> wanted) {
        ids = IntStream.range(0, pieces.size())
                .filter(id -> wanted.test(pieces.get(id)))
                .boxed()
                .sorted((first, second) -> Arrays.compareUnsigned(
                        pieces.get(first).bytes(), pieces.get(second).bytes()))
                .mapToInt(Integer::intValue)
                .toArray();
        spelled = new byte[ids.length][];
        for (int place = 0; place < ids.length; place++) {
            spelled[place] = pieces.get(ids[place]).bytes();
            if (place > 0 && Arrays.equals(spelled[place], spelled[place - 1])) {
                throw new IllegalArgumentException("pieces must differ, got \""
                        + pieces.get(ids[place]).text() + "\" as piece " + ids[place - 1] + " and " + ids[place]);
            }
        }
    }

    /// Finds every piece that the text goes on with, the shortest first.
    void each(byte[] text, int from, Found found) {
        int low = 0;
        int high = spelled.length;
        for (int at = from; at < text.length; at++) {
            int depth = at - from;
            low = first(low, high, depth, text[at] & 0xFF);
            high = first(low, high, depth, (text[at] & 0xFF) + 1);
            if (low == high) {
                return;
            }
            if (spelled[low].length == depth + 1) {
                found.piece(ids[low], at + 1);
            }
        }
    }

    /// The end of the longest piece that the text goes on with; `from` where there is none.
    int longest(byte[] text, int from) {
        int[] end = {from};
        each(text, from, (_, to) -> end[0] = to);
        return end[0];
    }

    /// The piece of just this stretch; -1 where there is none.
    int find(byte[] text, int from, int to) {
        int low = 0;
        int high = spelled.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = Arrays.compareUnsigned(spelled[middle], 0, spelled[middle].length, text, from, to);
            if (order == 0) {
                return ids[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return -1;
    }

    /// The first place from `low` on whose byte at `depth` is at least `value`. All from `low` to `high` agree in the
    /// bytes before; a piece that has no more bytes comes before all.
    private int first(int low, int high, int depth, int value) {
        int from = low;
        int to = high;
        while (from < to) {
            int middle = (from + to) >>> 1;
            byte[] piece = spelled[middle];
            int there = depth < piece.length ? piece[depth] & 0xFF : -1;
            if (there < value) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
