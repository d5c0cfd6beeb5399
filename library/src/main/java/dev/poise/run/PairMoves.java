package dev.poise.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// How far each monitored pair has moved, `pairs.json`: the last reading, in place of the one before.
///
/// @param step optimiser steps done
/// @param pairs of the held-out rows, in no particular order
public record PairMoves(long step, List<Pair> pairs) {

    public PairMoves {
        pairs = List.copyOf(pairs);
    }

    /// A pair.
    ///
    /// @param source where the row stands in the data
    /// @param prompt its last characters, to know it by
    /// @param chosen change of log π(y⁺|x) since the reference, mean over tokens, nats
    /// @param rejected the same of the rejected answer
    public record Pair(String source, String prompt, double chosen, double rejected) {

        private double size() {
            return Math.abs(chosen) + Math.abs(rejected);
        }
    }

    /// The pairs that moved most, the furthest first.
    public PairMoves furthest(int count) {
        return new PairMoves(
                step,
                pairs.stream()
                        .filter(pair -> Double.isFinite(pair.size()))
                        .sorted(Comparator.comparingDouble(Pair::size).reversed())
                        .limit(count)
                        .toList());
    }

    /// Writes the file, whole or not at all.
    public void write(Path file) throws IOException {
        JsonFile.write(file, this);
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IOException when the file is not there or not one of these
    public static PairMoves read(Path file) throws IOException {
        return JsonFile.read(file, PairMoves.class);
    }
}
