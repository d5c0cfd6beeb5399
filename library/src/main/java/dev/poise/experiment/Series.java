package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// What became of one arm.
///
/// @param arm its name
/// @param outcomes one a seed
/// @param <O> an outcome
record Series<O>(String arm, List<O> outcomes) {

    /// The series of an arm.
    static <O> Series<O> of(Arm arm, List<Series<O>> all) {
        return all.stream()
                .filter(one -> one.arm.equals(arm.name()))
                .findFirst()
                .orElseThrow();
    }

    /// A figure over seeds.
    Estimate over(String unit, ToDoubleFunction<O> figure) {
        return Estimate.mean(arm, unit, bySeed(figure));
    }

    /// How much larger a figure is than another arm's, over seeds.
    Estimate less(Series<O> other, String unit, ToDoubleFunction<O> figure) {
        return Estimate.pairedDifference("difference", unit, bySeed(figure), other.bySeed(figure));
    }

    private double[] bySeed(ToDoubleFunction<O> figure) {
        return outcomes.stream().mapToDouble(figure).toArray();
    }

    /// Of every value that the outcomes hold, the mean over seeds.
    double[] meanOf(Function<O, double[]> values) {
        return IntStream.range(0, values.apply(outcomes.getFirst()).length)
                .mapToDouble(i -> outcomes.stream()
                        .mapToDouble(outcome -> values.apply(outcome)[i])
                        .average()
                        .orElseThrow())
                .toArray();
    }
}
