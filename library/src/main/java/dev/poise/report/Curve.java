package dev.poise.report;

import java.util.Arrays;

/// A metric over steps.
///
/// @param name as in `metrics.jsonl`
/// @param steps rising
/// @param values one a step, finite
/// @param smooth running mean of the values as logged, one a step; equal to `values` where there are few
/// @param logged how many values were logged, of which these are the drawn ones
public record Curve(String name, long[] steps, double[] values, double[] smooth, int logged) {

    /// The running mean reaches this share of the curve to either side.
    private static final double REACH = 0.02;

    /// All of what was logged.
    static Curve of(String name, long[] steps, double[] values) {
        return new Curve(name, steps, values, runningMean(values), values.length);
    }

    /// Whether the values are held-out ones.
    boolean isEvaluation() {
        return name.startsWith("eval_");
    }

    /// The last value.
    double last() {
        return values[values.length - 1];
    }

    /// Where the curve ends.
    long lastStep() {
        return steps[steps.length - 1];
    }

    /// How many values the last tenth of the curve has, at least one.
    int tail() {
        return Math.max(1, values.length / 10);
    }

    /// The mean of the last tenth, or for held-out values, which are few and each a mean of many, the last one.
    double end() {
        return isEvaluation()
                ? last()
                : Arrays.stream(values, values.length - tail(), values.length)
                        .average()
                        .orElseThrow();
    }

    /// The middle value.
    double median() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /// The same with at most `limit` points, chosen so that the drawn line keeps its shape.
    Curve thinned(int limit) {
        int[] kept = Thinning.select(steps, values, limit);
        return new Curve(
                name,
                Arrays.stream(kept).mapToLong(i -> steps[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> rounded(values[i])).toArray(),
                Arrays.stream(kept).mapToDouble(i -> rounded(smooth[i])).toArray(),
                logged);
    }

    /// Centred, with a window that is cut at both ends.
    private static double[] runningMean(double[] values) {
        double[] sums = new double[values.length + 1];
        for (int i = 0; i < values.length; i++) {
            sums[i + 1] = sums[i] + values[i];
        }
        int widest = (int) (values.length * REACH);
        double[] means = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int from = Math.max(0, i - widest);
            int to = Math.min(values.length, i + widest + 1);
            means[i] = widest == 0 ? values[i] : (sums[to] - sums[from]) / (to - from);
        }
        return means;
    }

    /// Seven digits: more than a chart shows, and half the page's size.
    private static double rounded(double value) {
        return Double.parseDouble(Float.toString((float) value));
    }
}
