package dev.poise.train;

import dev.poise.data.Shuffle;
import dev.poise.run.Recipe;
import dev.poise.run.Results;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// The rows of a data set, visited in an order that only the seed and the epoch decide.
final class FixedRows implements Supply {

    private final Recipe recipe;
    private final List<TrainingRow> rows;
    private final List<TrainingRow> evaluationRows;
    private final Tuner tuner;
    private final long stepsPerEpoch;
    private int[] order = {};
    private int orderedEpoch = -1;

    FixedRows(Recipe recipe, PreparedRows prepared, Tuner tuner) {
        this.recipe = recipe;
        this.rows = prepared.train();
        this.evaluationRows = prepared.evaluation();
        this.tuner = tuner;
        this.stepsPerEpoch = Math.ceilDiv(rows.size(), recipe.train().batchPairs());
    }

    @Override
    public long stepsPerEpoch() {
        return stepsPerEpoch;
    }

    @Override
    public List<TrainingRow> rows(long step) {
        int epoch = Math.toIntExact(step / stepsPerEpoch);
        int from = Math.toIntExact(step % stepsPerEpoch) * recipe.train().batchPairs();
        int to = Math.min(rows.size(), from + recipe.train().batchPairs());
        if (!recipe.train().shuffle()) {
            return rows.subList(from, to);
        }
        if (epoch != orderedEpoch) {
            order = Shuffle.epoch(rows.size(), recipe.seed(), epoch);
            orderedEpoch = epoch;
        }
        return Arrays.stream(order, from, to).mapToObj(rows::get).toList();
    }

    @Override
    public SequencedMap<String, Double> evaluate() {
        if (evaluationRows.isEmpty()) {
            return new LinkedHashMap<>();
        }
        Averages averages = new Averages();
        tuner.evaluate(evaluationRows, averages);
        return StepMetrics.evaluation(averages);
    }

    @Override
    public SequencedMap<String, Double> newReading() {
        return new LinkedHashMap<>();
    }

    @Override
    public long drawnAt(long step) {
        return -1;
    }

    @Override
    public OptionalDouble reward() {
        return OptionalDouble.empty();
    }

    @Override
    public Optional<Results> results() {
        return Optional.empty();
    }

    @Override
    public void writeTo(Path directory) {
        // The step is in the run's state, and nothing else decides.
    }

    @Override
    public void close() {
        // The rows are the run's.
    }
}
