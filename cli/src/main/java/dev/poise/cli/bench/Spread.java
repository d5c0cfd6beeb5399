package dev.poise.cli.bench;

import java.util.Arrays;
import java.util.List;

/// A median and how far what it was taken from reaches.
///
/// @param median the middle value; of an even number of values the mean of the two in the middle
/// @param low the smallest value
/// @param high the largest value
public record Spread(double median, double low, double high) {

    /// Of at least one value.
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a median must be of at least one value, got none");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /// Of the quotients of values taken in the same round: a machine that drifts from round to round moves both
    /// sides.
    ///
    /// @param over a value a round
    /// @param under a value a round, none 0
    public static Spread ofQuotients(List<Double> over, List<Double> under) {
        if (over.size() != under.size()) {
            throw new IllegalArgumentException(
                    "both sides must have a value a round, got " + over.size() + " and " + under.size());
        }
        Double[] quotients = new Double[over.size()];
        Arrays.setAll(quotients, round -> over.get(round) / under.get(round));
        return of(List.of(quotients));
    }
}
