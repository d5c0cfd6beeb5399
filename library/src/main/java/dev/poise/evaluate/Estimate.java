package dev.poise.evaluate;

import java.util.Arrays;

/// A number with its interval, its sample size and its unit: what every printed estimate has.
///
/// @param name what was estimated, in words
/// @param value the estimate
/// @param interval around `value`
/// @param n independent values behind it
/// @param unit of `value`, such as `share`, `nats` or `words`
public record Estimate(String name, double value, Interval interval, long n, String unit) {

    /// The share of `successes` in `n` trials, with Wilson's score interval.
    public static Estimate proportion(String name, long successes, long n) {
        Interval interval = Interval.wilson(successes, n);
        return new Estimate(name, (double) successes / n, interval, n, "share");
    }

    /// The mean of independent values, with Student's t interval. Equal values give an interval without width.
    ///
    /// @param values at least two, finite
    public static Estimate mean(String name, String unit, double[] values) {
        if (values.length < 2) {
            throw new IllegalArgumentException(
                    name + " must have at least two values for an interval, got " + values.length);
        }
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException(name + " must be finite, got " + values[i] + " at index " + i);
            }
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
        double deviation = Math.sqrt(squares / (values.length - 1));
        return new Estimate(name, mean, Interval.student(mean, deviation, values.length), values.length, unit);
    }

    /// The mean of a - b over pairs of values of the same thing, such as two models' rewards on a prompt.
    ///
    /// @param a finite, as long as `b`
    /// @param b finite, at least two values
    public static Estimate pairedDifference(String name, String unit, double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    name + " must have equally many values on both sides, got " + a.length + " and " + b.length);
        }
        double[] differences = new double[a.length];
        Arrays.setAll(differences, i -> a[i] - b[i]);
        return mean(name, unit, differences);
    }
}
