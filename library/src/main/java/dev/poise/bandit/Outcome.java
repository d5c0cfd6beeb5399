package dev.poise.bandit;

import dev.poise.evaluate.Estimate;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// A setting under several seeds.
///
/// @param setting what was run
/// @param runs the points of each seed, all measured at the same rounds
public record Outcome(Setting setting, List<List<Point>> runs) {

    /// The rounds that were measured, 0 first.
    public List<Integer> rounds() {
        return runs.getFirst().stream().map(Point::round).toList();
    }

    /// Where the last round was measured.
    public int last() {
        return runs.getFirst().size() - 1;
    }

    /// The points of all seeds at one measurement.
    public List<Point> at(int index) {
        return runs.stream().map(points -> points.get(index)).toList();
    }

    /// The place of a round among the measurements.
    ///
    /// @throws IllegalArgumentException when it was not measured
    public int indexOf(int round) {
        int index = rounds().indexOf(round);
        if (index < 0) {
            throw new IllegalArgumentException("round must be one that was measured, got " + round);
        }
        return index;
    }

    /// The mean over seeds of a figure at one measurement, with its interval; none where fewer than two seeds have it.
    public Optional<Estimate> over(String name, String unit, int index, ToDoubleFunction<Point> figure) {
        double[] values =
                at(index).stream().mapToDouble(figure).filter(Double::isFinite).toArray();
        return values.length < 2 ? Optional.empty() : Optional.of(Estimate.mean(name, unit, values));
    }

    /// The mean over seeds of the expected reward, with its interval.
    public Estimate reward(int index) {
        return Estimate.mean("reward", "reward", rewards(index));
    }

    /// The expected reward of every seed.
    public double[] rewards(int index) {
        return at(index).stream().mapToDouble(Point::reward).toArray();
    }

    /// The mean histogram over seeds.
    public double[] histogram(int index) {
        double[] mean = new double[Categorical.ACTIONS];
        for (Point point : at(index)) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += point.histogram()[k] / runs.size();
            }
        }
        return mean;
    }
}
