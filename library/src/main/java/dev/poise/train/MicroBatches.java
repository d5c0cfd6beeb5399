package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.TokenBatch;
import dev.poise.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Splits a batch into micro-batches of a token budget.
final class MicroBatches {

    private MicroBatches() {}

    /// Neighbouring rows that are run together.
    private record Unit(int from, int to, int tokens) {}

    /// Indices of the rows of each micro-batch, every row once, rows of similar length together.
    ///
    /// Neighbours of one sequence each that stand behind one prompt stay neighbours as far as the budget goes, and
    /// count that prompt once.
    ///
    /// @param budget tokens of a micro-batch; a row longer than that has one to itself
    static List<int[]> of(List<? extends Encoded> rows, int budget) {
        return split(rows.stream().map(TrainingRow::sequences).toList(), budget);
    }

    /// As [#of(List, int)].
    ///
    /// @param rows the sequences of every row
    static List<int[]> split(List<List<TokenSequence>> rows, int budget) {
        List<int[]> batches = new ArrayList<>();
        List<Unit> current = new ArrayList<>();
        long held = 0;
        for (Unit unit : units(rows, budget)) {
            if (!current.isEmpty() && held + unit.tokens > budget) {
                batches.add(rows(current));
                current.clear();
                held = 0;
            }
            current.add(unit);
            held += unit.tokens;
        }
        if (!current.isEmpty()) {
            batches.add(rows(current));
        }
        return batches;
    }

    /// Longest first.
    private static List<Unit> units(List<List<TokenSequence>> rows, int budget) {
        List<Unit> units = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if (!units.isEmpty() && joins(rows, row)) {
                Unit last = units.getLast();
                TokenSequence sequence = rows.get(row).getFirst();
                int tokens = last.tokens + sequence.length() - sequence.firstTrained();
                if (tokens <= budget) {
                    units.set(units.size() - 1, new Unit(last.from, row + 1, tokens));
                    continue;
                }
            }
            int tokens = rows.get(row).stream().mapToInt(TokenSequence::length).sum();
            units.add(new Unit(row, row + 1, tokens));
        }
        units.sort(Comparator.comparingInt(Unit::tokens).reversed().thenComparingInt(Unit::from));
        return units;
    }

    /// Whether a row may be run with the one before it.
    private static boolean joins(List<List<TokenSequence>> rows, int row) {
        List<TokenSequence> before = rows.get(row - 1);
        List<TokenSequence> own = rows.get(row);
        return before.size() == 1 && own.size() == 1 && TokenBatch.samePrompt(before.getFirst(), own.getFirst());
    }

    private static int[] rows(List<Unit> units) {
        return units.stream()
                .flatMapToInt(unit -> IntStream.range(unit.from, unit.to))
                .toArray();
    }
}
