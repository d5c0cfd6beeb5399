package dev.poise.evaluate;

/// A confidence interval, both ends included.
///
/// @param low lower end, at most `high`
/// @param high upper end
/// @param level the share of repetitions that should cover the true value, in (0, 1)
public record Interval(double low, double high, double level) {

    /// The level of every interval made here.
    public static final double LEVEL = 0.95;

    /// The 0.975 quantile of the standard normal distribution: two-sided 95 %.
    static final double Z = 1.959963984540054;

    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("low must be at most high, got " + low + " and " + high);
        }
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level must be in (0, 1), got " + level);
        }
    }

    /// Whether `value` lies inside.
    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    /// Wilson's score interval of a proportion at 95 %: inside [0, 1] and never a point, also at 0 or `n` successes.
    ///
    /// @param successes 0 to `n`
    /// @param n independent trials, at least 1
    public static Interval wilson(long successes, long n) {
        if (n < 1 || successes < 0 || successes > n) {
            throw new IllegalArgumentException(
                    "successes must be 0 to n and n at least 1, got " + successes + " of " + n);
        }
        double share = (double) successes / n;
        double scale = 1 + Z * Z / n;
        double centre = (share + Z * Z / (2.0 * n)) / scale;
        double half = Z * Math.sqrt(share * (1 - share) / n + Z * Z / (4.0 * n * n)) / scale;
        // The ends at 0 and n successes are 0 and 1 exactly; rounding must not move them.
        double low = successes == 0 ? 0 : Math.max(0, centre - half);
        double high = successes == n ? 1 : Math.min(1, centre + half);
        return new Interval(low, high, LEVEL);
    }

    /// The t interval of a mean at 95 %.
    ///
    /// @param mean the sample's mean
    /// @param deviation the sample's standard deviation (divided by n - 1)
    /// @param n independent values, at least 2
    static Interval student(double mean, double deviation, long n) {
        double half = StudentT.criticalValue(n - 1) * deviation / Math.sqrt((double) n);
        return new Interval(mean - half, mean + half, LEVEL);
    }
}
