package dev.poise.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A number with its interval, its sample size and its unit: what every printed estimate has.
///
/// @param name what was estimated, in words
/// @param value the estimate
/// @param interval around `value`
/// @param n independent values behind it
/// @param unit of `value`, such as `share`, `nats` or `words`
public record Estimate(String name, double value, Interval interval, long n, String unit) {

    private static final int RESAMPLES = 2000;

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

    /// Any statistic of independent units, with the percentile interval of resampling units with replacement.
    ///
    /// Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3. With few units the
    /// interval is too narrow.
    ///
    /// @param units at least two
    /// @param statistic of a sample of units; draws for which it is not finite are left out
    /// @param seed of the draws
    public static <T> Estimate resampled(
            String name, String unit, List<T> units, ToDoubleFunction<List<T>> statistic, long seed) {
        if (units.size() < 2) {
            throw new IllegalArgumentException(
                    name + " must have at least two units for an interval, got " + units.size());
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn = IntStream.range(0, RESAMPLES)
                .mapToDouble(draw -> statistic.applyAsDouble(random.ints(units.size(), 0, units.size())
                        .mapToObj(units::get)
                        .toList()))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        double tail = (1 - Interval.LEVEL) / 2;
        if (drawn.length == 0) {
            throw new IllegalArgumentException(name + " must be finite in some resample, got none");
        }
        Interval interval = new Interval(
                drawn[(int) (tail * (drawn.length - 1))],
                drawn[(int) Math.ceil((1 - tail) * (drawn.length - 1))],
                Interval.LEVEL);
        return new Estimate(name, statistic.applyAsDouble(units), interval, units.size(), unit);
    }
}
