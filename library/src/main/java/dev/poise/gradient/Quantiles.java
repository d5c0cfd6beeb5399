package dev.poise.gradient;

import java.util.Arrays;

/// Values in order, to be asked for their quantiles.
///
/// @param sorted rising, without NaN, at least one
public record Quantiles(double[] sorted) {

    /// The quantiles of some values.
    ///
    /// @param values at least one that is not NaN; NaN are left out
    public static Quantiles of(double[] values) {
        double[] known = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        return new Quantiles(known.length == 0 ? new double[] {Double.NaN} : known);
    }

    /// The smallest value that at least the given share of all do not exceed.
    ///
    /// @param share in [0, 1]
    public double at(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }
}
