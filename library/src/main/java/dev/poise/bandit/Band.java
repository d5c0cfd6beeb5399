package dev.poise.bandit;

import dev.poise.evaluate.Estimate;

/// Where a figure is expected.
///
/// @param low lower end
/// @param high upper end
public record Band(double low, double high) {

    /// Whether a figure is where it was expected.
    public enum Verdict {
        /// The whole interval is.
        INSIDE,
        /// The mean is, the interval is not.
        MEAN_INSIDE,
        /// The mean is not.
        OUTSIDE
    }

    public Band {
        if (!(low < high)) {
            throw new IllegalArgumentException("low must be below high, got " + low + " and " + high);
        }
    }

    /// Where an estimate lies.
    public Verdict of(Estimate estimate) {
        if (!contains(estimate.value())) {
            return Verdict.OUTSIDE;
        }
        boolean whole = contains(estimate.interval().low())
                && contains(estimate.interval().high());
        return whole ? Verdict.INSIDE : Verdict.MEAN_INSIDE;
    }

    /// Whether no number in an estimate's interval lies here: then chance does not explain that the mean does not.
    public boolean misses(Estimate estimate) {
        return estimate.interval().high() < low || estimate.interval().low() > high;
    }

    private boolean contains(double value) {
        return low <= value && value <= high;
    }
}
