package dev.poise.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The few numbers that the curves come down to.
final class Headlines {

    private Headlines() {}

    static List<Figure> of(List<Curve> curves) {
        return Stream.of(
                        atTheEnd(curves, "loss", "Loss", ""),
                        atTheEnd(curves, "rewards/accuracies", "Reward accuracy", "share"),
                        atTheEnd(curves, "rewards/margins", "Reward margin", ""),
                        best(curves, "accuracy").map(accuracy -> withInterval(curves, accuracy, "Accuracy", "share")),
                        find(curves, "eval_reward")
                                .or(() -> find(curves, "rollout/reward"))
                                .map(reward -> withInterval(curves, reward, "Reward", "")),
                        atTheEnd(curves, "margin", "Margin of scores", ""),
                        find(curves, "pairs_per_second").map(speed("Pairs per second")),
                        find(curves, "pairs_per_second").isPresent()
                                ? Optional.<Figure>empty()
                                : find(curves, "tokens_per_second").map(speed("Tokens per second")),
                        find(curves, "num_tokens")
                                .map(tokens -> plain("Tokens", tokens.last(), "", "seen in training")))
                .flatMap(Optional::stream)
                .toList();
    }

    /// The curve called `name`.
    static Optional<Curve> find(List<Curve> curves, String name) {
        return curves.stream().filter(curve -> curve.name().equals(name)).findFirst();
    }

    /// The held-out curve of a metric, or else the training one.
    static Optional<Curve> best(List<Curve> curves, String name) {
        return find(curves, "eval_" + name).or(() -> find(curves, name));
    }

    private static Optional<Figure> atTheEnd(List<Curve> curves, String metric, String name, String unit) {
        return best(curves, metric).map(curve -> plain(name, curve.end(), unit, howTheEndWasTaken(curve)));
    }

    /// A figure with the interval that was told beside it.
    private static Figure withInterval(List<Curve> curves, Curve curve, String name, String unit) {
        return new Figure(
                name,
                curve.end(),
                find(curves, curve.name() + "_low").map(Curve::end).orElse(null),
                find(curves, curve.name() + "_high").map(Curve::end).orElse(null),
                null,
                unit,
                howTheEndWasTaken(curve));
    }

    private static String howTheEndWasTaken(Curve curve) {
        if (curve.isEvaluation()) {
            return "held out, step " + curve.lastStep();
        }
        return curve.tail() == 1 ? "training, last value" : "training, mean of the last " + curve.tail() + " values";
    }

    private static Function<Curve, Figure> speed(String name) {
        return curve -> plain(name, curve.median(), "", "median over the run");
    }

    private static Figure plain(String name, double value, String unit, String detail) {
        return new Figure(name, value, null, null, null, unit, detail);
    }
}
