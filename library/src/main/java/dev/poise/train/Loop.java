package dev.poise.train;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.monitor.Event;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RunDirectory;
import dev.poise.sink.TrainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/// The loop of a run: batches to steps, steps to metrics, evaluations, samples and checkpoints.
///
/// What a step's rows are depends on the seed and on what a checkpoint keeps, so a run that was killed goes on
/// from its last checkpoint to the same numbers, bit for bit on the same machine and settings.
final class Loop {

    /// Weights beyond this are reported: likelihood has 1, IPO at β = 0.01 has 100, unlikelihood has 1000 where
    /// the bad example's probability is 0.999.
    private static final double ALARMING_WEIGHT = 1000;

    private final Recipe recipe;
    private final RunDirectory directory;
    private final Metrics metrics;
    private final Progress progress;
    private final Supply supply;
    private final Decoder policy;
    private final Tuner tuner;
    private final SampleSheet samples;
    private final Monitors monitors;
    private final Averages interval = new Averages();
    private final Stopwatch stopwatch = new Stopwatch();
    private final long total;
    private TrainingState state;
    private boolean alarmed; // since the last metric line

    Loop(
            Recipe recipe,
            RunDirectory directory,
            Metrics metrics,
            Progress progress,
            Supply supply,
            Decoder policy,
            Tuner tuner,
            SampleSheet samples,
            Monitors monitors,
            TrainingState state) {
        this.recipe = recipe;
        this.directory = directory;
        this.metrics = metrics;
        this.progress = progress;
        this.supply = supply;
        this.policy = policy;
        this.tuner = tuner;
        this.samples = samples;
        this.monitors = monitors;
        this.state = state;
        this.interval.restore(state.interval());
        Long maxSteps = recipe.train().maxSteps();
        this.total = maxSteps != null
                ? maxSteps
                : Math.max(1, (long) Math.ceil(recipe.train().epochs() * supply.stepsPerEpoch()));
    }

    /// Steps made so far.
    long steps() {
        return state.step();
    }

    /// Makes the steps that are left and returns the last evaluation's metrics.
    SequencedMap<String, Double> run() throws IOException {
        if (state.step() == 0) {
            evaluate(0);
            samples.write(0, policy);
            monitors.look(0, false);
        }
        while (state.step() < total && monitors.stopped().isEmpty()) {
            step();
            long step = state.step();
            boolean improved = monitor(step);
            boolean last = step == total || monitors.stopped().isPresent();
            if (step % recipe.log().every() == 0 || last) {
                log(step);
            }
            if (last || due(step, recipe.evaluate().every())) {
                improved |= evaluate(step);
            }
            if (last || due(step, recipe.sample().every())) {
                samples.write(step, policy);
            }
            if (last || improved || due(step, recipe.checkpoint().every())) {
                checkpoint(step);
            }
        }
        return state.evaluation();
    }

    private static boolean due(long step, int every) {
        return every > 0 && step % every == 0;
    }

    private void step() throws IOException {
        List<TrainingRow> batch = supplied();
        double rate = LearningRate.at(recipe.train(), state.step(), total);
        SequencedMap<String, Double> numbers = new LinkedHashMap<>();
        if (!batch.isEmpty()) {
            numbers.put("loss", move(batch, rate).loss());
        }
        interval.add("learning_rate", rate, 1);
        long tokens = batch.stream()
                .mapToLong(row -> TrainingRow.tokens(row.encoded()))
                .sum();
        stopwatch.worked(batch.size(), tokens);
        state = state.moved(tokens);
        interval.mean("rewards/margins").ifPresent(margin -> numbers.put("margin", margin));
        interval.mean("rewards/accuracies").ifPresent(accuracy -> numbers.put("accuracy", accuracy));
        supply.reward().ifPresent(reward -> numbers.put("reward", reward));
        numbers.put("rows/s", stopwatch.rowsPerSecond());
        progress.advanced("train", state.step(), total, numbers);
    }

    /// The next step's rows. Where a reward gives none, what the policy has learnt so far is kept.
    private List<TrainingRow> supplied() throws IOException {
        try {
            List<TrainingRow> batch = supply.rows(state.step());
            SequencedMap<String, Double> reading = supply.newReading();
            if (!reading.isEmpty()) {
                monitors.rollout(state.step() + 1, reading);
            }
            return batch;
        } catch (IllegalArgumentException e) {
            boolean kept = directory.checkpoints().stream().anyMatch(one -> one.step() == state.step());
            if (state.step() > 0 && !kept) {
                checkpoint(state.step());
            }
            throw e;
        }
    }

    private Tuner.Step move(List<TrainingRow> batch, double rate) {
        long start = System.nanoTime();
        try {
            Tuner.Step done = tuner.step(batch, rate, interval);
            monitors.trained((System.nanoTime() - start) / 1e9);
            alarm(done);
            return done;
        } catch (NonFiniteException e) {
            throw e.at("step " + (state.step() + 1));
        }
    }

    /// Warns of a weight that is about to tear the policy away, once a metric line.
    private void alarm(Tuner.Step done) {
        if (done.largestWeight() > ALARMING_WEIGHT && !alarmed) {
            alarmed = true;
            progress.note(String.format(
                    Locale.ROOT,
                    "warning: step %d: an example pulls with a weight of %.3g (alarm at %.0f): the objective is about to"
                            + " explode or its scale is unusual; see weights/max",
                    state.step() + 1,
                    done.largestWeight(),
                    ALARMING_WEIGHT));
        }
    }

    private void log(long step) throws IOException {
        SequencedMap<String, Object> line = line(step);
        line.putAll(StepMetrics.means(interval));
        line.put("num_tokens", state.tokens());
        line.put("elapsed_seconds", stopwatch.elapsed());
        line.put("pairs_per_second", stopwatch.rowsPerSecond());
        line.put("tokens_per_second", stopwatch.tokensPerSecond());
        metrics.append(new MetricLine(step, line));
        interval.clear();
        alarmed = false;
        stopwatch.nextLap();
    }

    /// Evaluates and returns whether this is the best policy so far.
    private boolean evaluate(long step) throws IOException {
        SequencedMap<String, Double> evaluation = new LinkedHashMap<>();
        try {
            supply.evaluate().forEach((name, value) -> evaluation.put("eval_" + name, value));
        } catch (NonFiniteException e) {
            throw e.at("evaluation after step " + step);
        }
        if (evaluation.isEmpty()) {
            return false;
        }
        state = state.evaluated(evaluation);
        SequencedMap<String, Object> line = line(step);
        line.putAll(evaluation);
        metrics.append(new MetricLine(step, line));
        String watched = recipe.checkpoint().best();
        if (watched == null || !watched.startsWith("eval_")) {
            return false;
        }
        Double value = evaluation.get(watched);
        if (value == null) {
            throw new IllegalArgumentException(
                    "checkpoint.best must be one of " + String.join(", ", evaluation.keySet()) + ", got " + watched);
        }
        return step > 0 && improves(step, value);
    }

    /// Looks at the monitors that are due and returns whether this is the best policy so far by one of them.
    private boolean monitor(long step) throws IOException {
        long start = System.nanoTime();
        SequencedMap<String, Double> read = monitors.look(step, step == total);
        stopwatch.setAside((System.nanoTime() - start) / 1e9);
        String watched = recipe.checkpoint().best();
        Double value = watched == null ? null : read.get(watched);
        if (watched == null || value == null || !Double.isFinite(value) || !improves(step, value)) {
            return false;
        }
        monitors.tell(Event.best(step, watched, value));
        return true;
    }

    /// Whether a value of the recipe's metric is the best so far; if so, remembers it.
    private boolean improves(long step, double value) {
        Double best = state.best();
        boolean better = best == null || (recipe.checkpoint().smallerIsBetter() ? value < best : value > best);
        if (better) {
            state = state.improved(value, step);
        }
        return better;
    }

    private SequencedMap<String, Object> line(long step) {
        SequencedMap<String, Object> line = new LinkedHashMap<>();
        line.put("epoch", step / (double) supply.stepsPerEpoch());
        return line;
    }

    /// The state of the run's metric lines so far, which are all of steps that a checkpoint has.
    private void writeTrainerState(Path file) throws IOException {
        List<MetricLine> lines = Metrics.read(directory.metrics());
        if (!lines.isEmpty()) {
            TrainerState.of(recipe, lines, directory).writeTo(file);
        }
    }

    private void checkpoint(long step) throws IOException {
        TrainingState now = state.with(interval.sums());
        directory.publishCheckpoint(step, target -> {
            ModelDirectory.write(policy, Start.files(recipe).base(), target);
            tuner.optimiser().writeTo(target);
            now.writeTo(target);
            supply.writeTo(target);
            monitors.writeTo(target);
            if (recipe.log().to().contains(Recipe.Sink.TRAINER_STATE)) {
                writeTrainerState(target.resolve(RunDirectory.TRAINER_STATE));
            }
        });
        Set<Long> kept = new HashSet<>();
        if (state.bestStep() > 0) {
            kept.add(state.bestStep());
        }
        // The newest policy that has been seen to be well: what a collapse is noticed by comes a round later.
        OptionalLong collapsed = monitors.collapsedSince();
        long well = collapsed.isPresent() ? collapsed.getAsLong() - 2 : supply.drawnAt(step);
        directory.checkpoints().stream()
                .mapToLong(RunDirectory.Checkpoint::step)
                .filter(before -> before <= well)
                .max()
                .ifPresent(kept::add);
        directory.prune(recipe.checkpoint().keep(), kept);
    }
}
