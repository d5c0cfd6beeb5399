package dev.poise.report;

import static dev.poise.report.Headlines.best;
import static dev.poise.report.Headlines.find;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What in the curves deserves a second look. The thresholds are ours: wide enough to stay silent on noise.
final class Findings {

    /// A chosen reward below zero counts once it is this share of the margin.
    private static final double DISPLACED = 0.05;

    /// A held-out loss that has risen from its minimum counts once it has lost this share of what it had gained.
    private static final double REGAINED = 0.1;

    /// A gradient norm counts as a spike beyond this multiple of the median.
    private static final double SPIKE = 10;

    /// Fewer training values than this say nothing about accuracy.
    private static final int ENOUGH = 10;

    private Findings() {}

    static List<Finding> of(List<Curve> curves) {
        return Stream.of(displacement(curves), overfitting(curves), chance(curves), spike(curves))
                .flatMap(Optional::stream)
                .toList();
    }

    /// Rewards and not log-probabilities decide: the reference cancels what the batch happened to hold.
    private static Optional<Finding> displacement(List<Curve> curves) {
        return best(curves, "rewards/chosen").flatMap(reward -> best(curves, "rewards/margins")
                .filter(margin -> margin.end() > 0 && reward.end() < -DISPLACED * margin.end())
                .map(margin -> new Finding(
                        "Likelihood displacement",
                        "The reward margin is " + digits(margin.end())
                                + ", but the chosen answers have become less likely than under the reference (reward "
                                + digits(reward.end())
                                + "). Both answers lose, the rejected one faster, and the probability goes to answers "
                                + "that nobody chose. A smaller learning rate, a larger beta or a likelihood term on "
                                + "the chosen answer counter it.")));
    }

    private static Optional<Finding> overfitting(List<Curve> curves) {
        return find(curves, "eval_loss")
                .filter(loss -> loss.values().length > 2)
                .flatMap(Findings::overfitting);
    }

    private static Optional<Finding> overfitting(Curve loss) {
        double[] values = loss.values();
        int lowest =
                IntStream.range(0, values.length).reduce(0, (one, other) -> values[other] < values[one] ? other : one);
        double gained = values[0] - values[lowest];
        if (loss.last() - values[lowest] <= REGAINED * gained || lowest == 0) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                "Overfitting",
                "Held-out loss was lowest at step " + loss.steps()[lowest] + " (" + digits(values[lowest])
                        + ") and has risen to " + digits(loss.last())
                        + " since: from there on the run fitted its training data only, and the checkpoint of that "
                        + "step is the better model."));
    }

    private static Optional<Finding> chance(List<Curve> curves) {
        return best(curves, "rewards/accuracies")
                .or(() -> best(curves, "accuracy"))
                .filter(accuracy -> accuracy.isEvaluation() || accuracy.values().length >= ENOUGH)
                // Before the first step policy and reference agree, and ties count as wrong.
                .filter(accuracy -> accuracy.lastStep() > 0 && accuracy.end() < 0.5)
                .map(accuracy -> new Finding(
                        "Below chance",
                        "Accuracy ends at " + Math.round(100 * accuracy.end())
                                + " %: the run has not learnt which answer is preferred. Look at the data, the learning "
                                + "rate, and whether chosen and rejected are swapped."));
    }

    private static Optional<Finding> spike(List<Curve> curves) {
        return find(curves, "grad_norm").flatMap(Findings::spike);
    }

    private static Optional<Finding> spike(Curve norm) {
        double[] values = norm.values();
        int highest =
                IntStream.range(0, values.length).reduce(0, (one, other) -> values[other] > values[one] ? other : one);
        double times = values[highest] / norm.median();
        if (!(times > SPIKE)) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                "Gradient spike",
                "The gradient norm reached " + digits(values[highest]) + " at step " + norm.steps()[highest] + ", "
                        + Math.round(times) + " times its median. One such step is an unlucky batch; many of them "
                        + "call for a smaller learning rate or for clipping."));
    }

    /// Four significant digits.
    private static String digits(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
