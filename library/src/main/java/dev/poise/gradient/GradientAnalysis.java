package dev.poise.gradient;

import dev.poise.gradient.Step.Optimiser;
import dev.poise.model.Decoder;
import dev.poise.model.Parameter;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Need;
import dev.poise.objective.Objective;
import dev.poise.torch.Owned;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// Forecasts what one step of an objective does to pairs, and takes the step to see.
///
/// Every pair is looked at twice: as if it had the step to itself, and as a part of its batch, consecutive pairs of
/// which share a step. The policy's weights are the same afterwards as before. Not thread-safe.
public final class GradientAnalysis implements AutoCloseable {

    /// Gradients of a batch's pairs are kept for its step up to this many bytes, and else computed again.
    private static final long KEPT_BYTES = 2L << 30;

    private final Decoder policy;
    private final Objective objective;
    private final Settings settings;
    private final boolean collisions;
    private final Trial trial;
    private final long outputFrom;
    private final long outputSize;

    /// What does not change from pair to pair.
    ///
    /// @param step the step that is forecast for batches, and taken
    /// @param batchPairs pairs that share a step, at least 1
    /// @param check whether steps are taken
    public record Settings(Step step, int batchPairs, boolean check) {
        public Settings {
            if (batchPairs < 1) {
                throw new IllegalArgumentException("batchPairs must be at least 1, got " + batchPairs);
            }
        }
    }

    /// An analysis from the policy as it is now.
    ///
    /// @param policy a trainable decoder; the caller keeps it
    /// @param objective of pairs
    public GradientAnalysis(Decoder policy, Objective objective, Settings settings) {
        this.policy = policy;
        this.objective = objective;
        this.settings = settings;
        this.collisions = objective.needs().contains(Need.COLLISIONS);
        this.trial = new Trial(policy);
        String output = policy.architecture().output().parameter();
        long from = 0;
        long size = 0; // of an adapted policy's head, which no step moves
        for (Parameter parameter : policy.parameters().layout()) {
            if (parameter.name().equals(output)) {
                size = parameter.size();
                break;
            }
            from += parameter.size();
        }
        this.outputFrom = size == 0 ? 0 : from;
        this.outputSize = size;
    }

    /// What a step does to every pair.
    ///
    /// @param rows in the order in which they share steps
    /// @param progress told how many pairs are done
    public List<PairForecast> of(List<PairRow> rows, IntConsumer progress) {
        List<PairForecast> forecasts = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += settings.batchPairs()) {
            int before = from;
            List<PairRow> batch = rows.subList(from, Math.min(from + settings.batchPairs(), rows.size()));
            forecasts.addAll(batch(batch, done -> progress.accept(before + done)));
        }
        return forecasts;
    }

    private List<PairForecast> batch(List<PairRow> rows, IntConsumer progress) {
        try (PointerScope scope = new PointerScope();
                Gradients gradients = new Gradients(rows)) {
            List<PairForecast> forecasts = new ArrayList<>();
            for (PairRow row : rows) {
                forecasts.add(alone(row, gradients));
                progress.accept(forecasts.size());
            }
            Tensor total = total(rows, gradients);
            Tensor displacement = settings.step().displacement(policy.parameters(), total);
            gradients.forEach((pair, both) -> {
                Change change =
                        PairWalk.change(both, displacement, settings.step().learningRate());
                forecasts.set(pair, forecasts.get(pair).withBatch(change, null));
            });
            if (settings.check()) {
                List<Change> actual = trial.after(settings.step(), total, () -> changes(rows, forecasts));
                for (int i = 0; i < rows.size(); i++) {
                    PairForecast forecast = forecasts.get(i);
                    forecasts.set(i, forecast.withBatch(forecast.batch(), actual.get(i)));
                }
            }
            return forecasts;
        }
    }

    /// The gradient of the batch's loss, `[size]`.
    private Tensor total(List<PairRow> rows, Gradients gradients) {
        List<Push> pushes = Push.together(objective, gradients.readings);
        Tensor total = policy.parameters()
                .values()
                .new_zeros(policy.parameters().values().shape());
        gradients.forEach((pair, both) -> {
            Tensor own = PairWalk.total(policy, rows.get(pair), both, pushes.get(pair));
            Torch.withoutGradients(() -> total.add_(own));
        });
        return total;
    }

    /// Everything about a pair that has the step to itself.
    private PairForecast alone(PairRow row, Gradients gradients) {
        try (PointerScope scope = new PointerScope()) {
            PairWalk walk = PairWalk.of(policy, row, collisions);
            gradients.offer(walk);
            Push push = Push.alone(objective, walk.reading());
            Tensor total = PairWalk.total(policy, row, walk.gradients(), push);
            Step sgd = settings.step().by(Optimiser.SGD);
            Step adamW = settings.step().by(Optimiser.ADAMW);
            double learningRate = sgd.learningRate();
            UnembeddingKernel unembedding =
                    UnembeddingKernel.of(walk.pass(), policy.architecture().vocabulary());
            Tensor displacement = adamW.displacement(policy.parameters(), total);
            Change actual = settings.check()
                    ? trial.after(settings.step(), total, () -> change(row.batch(), walk.answers()))
                    : null;
            Change none = new Change(0, 0);
            return new PairForecast(
                    row.index(),
                    row.encoded().source(),
                    walk.answers(),
                    push.weights(),
                    row.similarity(),
                    walk.ches(),
                    PairWalk.products(walk.gradients()),
                    unembedding.products(),
                    PairWalk.products(walk.gradients(), adamW.scale(total)),
                    PairWalk.change(walk.gradients(), sgd.displacement(policy.parameters(), total), learningRate),
                    unembedding.change(push.byToken(), learningRate),
                    PairWalk.change(walk.gradients(), displacement, learningRate),
                    PairWalk.change(
                            walk.gradients().narrow(1, outputFrom, outputSize),
                            displacement.narrow(0, outputFrom, outputSize),
                            learningRate),
                    none,
                    actual,
                    null);
        }
    }

    private List<Change> changes(List<PairRow> rows, List<PairForecast> before) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            changes.add(change(rows.get(i).batch(), before.get(i).answers()));
        }
        return changes;
    }

    /// How log-probabilities at the present weights differ from earlier ones of the same batch.
    private Change change(TokenBatch batch, Weights.Answers before) {
        double[] sums = batch.sumBySequence(policy.measure(batch).logProbs());
        return new Change(
                sums[0] - before.good().logProb(), sums[1] - before.bad().logProb());
    }

    @Override
    public void close() {
        trial.close();
    }

    /// Told a pair's number in its batch, and its gradients `[2, size]`.
    @FunctionalInterface
    private interface Use {
        void of(int pair, Tensor gradients);
    }

    /// The gradients of a batch's pairs, kept where they fit and computed again where they do not.
    private final class Gradients implements AutoCloseable {
        private final List<PairRow> rows;
        private final boolean keeps;
        private final Owned owned = new Owned();
        private final List<Tensor> kept = new ArrayList<>();
        private final List<PairReading> readings = new ArrayList<>();

        Gradients(List<PairRow> rows) {
            this.rows = rows;
            this.keeps = 2L * rows.size() * policy.parameters().values().nbytes() <= KEPT_BYTES;
        }

        void offer(PairWalk walk) {
            readings.add(walk.reading());
            if (keeps) {
                kept.add(owned.keep(walk.gradients()));
            }
        }

        void forEach(Use use) {
            for (int pair = 0; pair < rows.size(); pair++) {
                try (PointerScope scope = new PointerScope()) {
                    use.of(
                            pair,
                            keeps
                                    ? kept.get(pair)
                                    : PairWalk.of(policy, rows.get(pair), collisions)
                                            .gradients());
                }
            }
        }

        @Override
        public void close() {
            owned.close();
        }
    }
}
