package dev.poise.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Splits a batch into micro-batches of a token budget.
final class MicroBatches {

    private MicroBatches() {}

    /// Indices of the rows of each micro-batch, every row once, rows of similar length together.
    ///
    /// @param lengths tokens of every row
    /// @param budget tokens of a micro-batch; a row longer than that has one to itself
    static List<int[]> split(int[] lengths, int budget) {
        List<Integer> sorted = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(row -> lengths[row])
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        List<int[]> batches = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        long held = 0;
        for (int row : sorted) {
            if (!current.isEmpty() && held + lengths[row] > budget) {
                batches.add(toArray(current));
                current.clear();
                held = 0;
            }
            current.add(row);
            held += lengths[row];
        }
        if (!current.isEmpty()) {
            batches.add(toArray(current));
        }
        return batches;
    }

    private static int[] toArray(List<Integer> rows) {
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }
}
