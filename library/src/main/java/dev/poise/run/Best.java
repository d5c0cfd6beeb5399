package dev.poise.run;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The best value of the metric that checkpoints are kept by.
///
/// @param metric its name
/// @param value the value
/// @param step optimiser steps done when it was measured
public record Best(String metric, double value, long step) {

    /// The best in some metric lines; the first of equal ones. A policy before its first step is none to keep.
    public static Optional<Best> of(Recipe.Checkpoint checkpoint, List<MetricLine> lines) {
        String metric = checkpoint.best();
        if (metric == null) {
            return Optional.empty();
        }
        Optional<Best> best = Optional.empty();
        for (MetricLine line : lines) {
            OptionalDouble value = line.number(metric);
            if (line.step() > 0 && value.isPresent() && Double.isFinite(value.getAsDouble())) {
                double number = value.getAsDouble();
                boolean better = best.isEmpty()
                        || (checkpoint.smallerIsBetter()
                                ? number < best.get().value()
                                : number > best.get().value());
                best = better ? Optional.of(new Best(metric, number, line.step())) : best;
            }
        }
        return best;
    }
}
