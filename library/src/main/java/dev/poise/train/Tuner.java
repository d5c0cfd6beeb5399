package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.Pass;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Kto;
import dev.poise.objective.Need;
import dev.poise.objective.Objective;
import dev.poise.objective.Totals;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/// One optimiser step at a time: measure, ask the objective, walk back, move.
///
/// The objective says how hard each example is rewarded or penalised, the head where, the trunk how. Rows are run
/// in micro-batches of a token budget, and since the denominators are those of the whole step, the split changes
/// nothing but rounding. An objective that needs the whole step at once gets it: all micro-batches are measured,
/// the objective is asked once, and they are run again.
public final class Tuner implements AutoCloseable {

    private final Decoder policy;
    private Objective objective;
    private final Set<Need> needs;
    private final Settings settings;
    private final AdamW optimiser;

    /// What does not change from step to step.
    ///
    /// @param adamW the optimiser's settings
    /// @param clipNorm largest gradient norm; 0 for no clipping
    /// @param microBatchTokens tokens of one forward pass
    /// @param gradientCheckpointing whether blocks run again on the way back rather than keep what they computed
    public record Settings(AdamW.Settings adamW, double clipNorm, int microBatchTokens, boolean gradientCheckpointing) {

        /// Settings that keep what blocks compute.
        public Settings(AdamW.Settings adamW, double clipNorm, int microBatchTokens) {
            this(adamW, clipNorm, microBatchTokens, false);
        }
    }

    /// What a step did.
    ///
    /// @param loss mean over the step's examples, nats
    /// @param gradientNorm before clipping
    /// @param largestWeight the largest derivative in size of one example's loss by one log-probability
    public record Step(double loss, double gradientNorm, double largestWeight) {}

    /// Loss, largest weight, and lowest and highest of what was said of a sequence, of some rows.
    private record Evaluated(double loss, double largestWeight, double lowest, double highest) {

        static final Evaluated NOTHING = new Evaluated(0, 0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

        Evaluated plus(double moreLoss, double weight) {
            return new Evaluated(loss + moreLoss, Math.max(largestWeight, weight), lowest, highest);
        }

        Evaluated seeing(Measured measured) {
            DoubleSummaryStatistics said = Arrays.stream(measured.sums()).summaryStatistics();
            return new Evaluated(
                    loss, largestWeight, Math.min(lowest, said.getMin()), Math.max(highest, said.getMax()));
        }
    }

    /// @param policy a trainable decoder; the caller keeps it
    /// @param objective what to minimise
    public Tuner(Decoder policy, Objective objective, Settings settings) {
        this.policy = policy;
        this.objective = objective;
        this.needs = objective.needs();
        this.settings = settings;
        this.optimiser = new AdamW(policy.parameters(), settings.adamW());
    }

    /// Moves the policy by one batch.
    ///
    /// @param rows all pairs or all single; with a reference where the objective reads one
    /// @throws NonFiniteException when the loss or the gradient is not finite; the policy is then unchanged
    public Step step(List<TrainingRow> rows, double learningRate) {
        return step(rows, learningRate, new Averages());
    }

    /// As [#step(List, double)], adding the step's metrics to running averages.
    Step step(List<TrainingRow> rows, double learningRate, Averages averages) {
        policy.parameters().clearGradients();
        Evaluated evaluated = run(rows, averages, true);
        double norm = gradientNorm();
        if (!Double.isFinite(norm)) {
            throw NonFiniteException.of("gradient norm", norm, rows);
        }
        clip(norm);
        optimiser.step(learningRate);
        averages.add("grad_norm", norm, 1);
        return new Step(evaluated.loss(), norm, evaluated.largestWeight());
    }

    /// The loss and metrics of rows without moving anything. What an objective reads of a whole step is here of all
    /// the rows.
    double evaluate(List<TrainingRow> rows, Averages averages) {
        return run(rows, averages, false).loss();
    }

    /// Evaluates rows and, where asked to, adds the gradient to the parameters' gradients.
    private Evaluated run(List<TrainingRow> rows, Averages averages, boolean backward) {
        averages.add("loss", 0, 0); // so that it is a line's first metric
        Totals totals = Measured.totals(rows);
        List<Encoded> encoded = rows.stream().map(TrainingRow::encoded).toList();
        List<List<TrainingRow>> microBatches = MicroBatches.of(encoded, settings.microBatchTokens()).stream()
                .map(micro -> Arrays.stream(micro).mapToObj(rows::get).toList())
                .toList();
        Evaluated evaluated = needs.contains(Need.WHOLE_STEP)
                ? whole(microBatches, totals, averages, backward)
                : apart(microBatches, totals, averages, backward);
        averages.add("loss", evaluated.loss() * rows.size(), rows.size());
        averages.add("weights/max", evaluated.largestWeight(), 1);
        if (needs.contains(Need.SCORES)) {
            averages.add("min_reward", evaluated.lowest(), 1);
            averages.add("max_reward", evaluated.highest(), 1);
        }
        return evaluated;
    }

    /// One micro-batch after the other: measured, evaluated, walked back.
    private Evaluated apart(List<List<TrainingRow>> microBatches, Totals totals, Averages averages, boolean backward) {
        Evaluated evaluated = Evaluated.NOTHING;
        for (List<TrainingRow> rows : microBatches) {
            try (PointerScope scope = new PointerScope()) {
                TokenBatch batch = Measured.layOut(rows, needs);
                Optional<Pass> pass = backward ? Optional.of(forward(batch)) : Optional.empty();
                Measured measured = pass.map(p -> Measured.of(rows, needs, batch, p))
                        .orElseGet(() -> Likelihoods.measure(policy, rows, needs));
                Batch examples = measured.examples();
                Evaluation evaluation = finite(objective.evaluate(examples, totals), measured);
                pass.ifPresent(p -> measured.walkBack(p, evaluation));
                StepMetrics.add(averages, measured, examples, evaluation, totals.examples(), objective.rewardScale());
                evaluated = evaluated
                        .plus(evaluation.loss(), StepMetrics.largestWeight(evaluation, totals.examples()))
                        .seeing(measured);
            }
        }
        return evaluated;
    }

    /// All micro-batches measured, evaluated at once, and run again to walk back with the known derivatives.
    private Evaluated whole(List<List<TrainingRow>> microBatches, Totals totals, Averages averages, boolean backward) {
        List<Measured> parts = microBatches.stream()
                .map(rows -> Likelihoods.measure(policy, rows, needs))
                .toList();
        List<Batch> examples = parts.stream().map(Measured::examples).toList();
        Batch joined = Batch.join(examples);
        Examples mismatched =
                mismatched(microBatches.stream().flatMap(List::stream).toList());
        if (mismatched.size() > 0) {
            averages.add("kl", Kto.indifference(mismatched), 1);
        }
        Batch step = new Batch(joined.good(), joined.bad(), joined.prompts(), mismatched, joined.margins());
        Evaluation evaluation = finite(objective.evaluate(step, totals), parts.getFirst());
        int good = 0;
        int bad = 0;
        for (int i = 0; i < parts.size(); i++) {
            Measured part = parts.get(i);
            int nextGood = good + part.good().length;
            int nextBad = bad + part.bad().length;
            Evaluation own = evaluation.part(good, nextGood, bad, nextBad);
            if (backward) {
                try (PointerScope scope = new PointerScope()) {
                    part.walkBack(forward(part.batch()), own);
                }
            }
            StepMetrics.add(averages, part, examples.get(i), own, totals.examples(), objective.rewardScale());
            good = nextGood;
            bad = nextBad;
        }
        Evaluated evaluated =
                Evaluated.NOTHING.plus(evaluation.loss(), StepMetrics.largestWeight(evaluation, totals.examples()));
        for (Measured part : parts) {
            evaluated = evaluated.seeing(part);
        }
        return evaluated;
    }

    /// What the policy says of the mismatched completions of some rows; nothing unless the objective reads them.
    private Examples mismatched(List<TrainingRow> rows) {
        if (!needs.contains(Need.MISMATCHED)) {
            return Examples.NONE;
        }
        List<TrainingRow.Mismatched> mismatched = rows.stream()
                .map(row -> requireNonNull(row.mismatched(), "mismatched"))
                .toList();
        List<Encoded.Single> sequences =
                mismatched.stream().map(TrainingRow.Mismatched::sequence).toList();
        double[][] summed = Likelihoods.summed(policy, sequences, settings.microBatchTokens(), done -> {});
        return new Examples(
                Arrays.stream(summed).mapToDouble(sums -> sums[0]).toArray(),
                mismatched.stream()
                        .mapToDouble(TrainingRow.Mismatched::reference)
                        .toArray(),
                sequences.stream()
                        .mapToInt(row -> row.sequence().trainedTokens())
                        .toArray());
    }

    private static Evaluation finite(Evaluation evaluation, Measured measured) {
        if (!Double.isFinite(evaluation.loss())) {
            throw NonFiniteException.ofLoss(evaluation.loss(), measured);
        }
        return evaluation;
    }

    private Pass forward(TokenBatch batch) {
        return settings.gradientCheckpointing() ? policy.forwardFrugally(batch) : policy.forward(batch);
    }

    private double gradientNorm() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Tensors.toDoubles(policy.parameters().gradients().norm())[0];
        }
    }

    /// Scales the gradient down to the largest norm, with the field's small term in the divisor.
    private void clip(double norm) {
        double factor = settings.clipNorm() / (norm + 1e-6);
        if (settings.clipNorm() > 0 && factor < 1) {
            Torch.withoutGradients(() -> policy.parameters().gradients().mul_(Tensors.scalar(factor)));
        }
    }

    /// Minimises something else from the next step on, which reads no more than what came before.
    ///
    /// @throws IllegalArgumentException when it reads more
    public void pursue(Objective next) {
        if (!needs.containsAll(next.needs())) {
            throw new IllegalArgumentException(
                    "an objective in another's place must read no more than " + needs + ", got " + next.needs());
        }
        objective = next;
    }

    /// The optimiser, for checkpoints.
    AdamW optimiser() {
        return optimiser;
    }

    @Override
    public void close() {
        optimiser.close();
    }
}
