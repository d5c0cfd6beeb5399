package dev.poise.data;

import java.util.Arrays;

/// A data set in two parts.
///
/// @param train rows to train on, ascending
/// @param evaluation rows held out, ascending
public record Split(int[] train, int[] evaluation) {

    /// Sets the split apart from the epochs of the same seed.
    private static final long STREAM = 0x53504C4954L;

    /// Holds out a share of the rows: the first of a random order of all of them, `round(share * rows)` many, at
    /// least one where the share is above 0 and never all. The same for the same rows, share and seed; a smaller
    /// share holds out a part of what a larger one does.
    ///
    /// @param rows how many rows there are
    /// @param share the share held out, in [0, 1)
    public static Split of(int rows, double share, long seed) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("the share held out must be in [0, 1), got " + share);
        }
        int wished = share == 0 ? 0 : Math.max(1, (int) Math.round(share * rows));
        int held = Math.max(0, Math.min(wished, rows - 1));
        int[] order = Shuffle.permutation(rows, Shuffle.mix(seed ^ STREAM));
        int[] evaluation = Arrays.copyOf(order, held);
        int[] train = Arrays.copyOfRange(order, held, rows);
        Arrays.sort(evaluation);
        Arrays.sort(train);
        return new Split(train, evaluation);
    }
}
