package dev.poise.train;

import dev.poise.model.Decoder;
import dev.poise.model.Pass;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Objective;
import dev.poise.objective.Totals;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/// One optimiser step at a time: measure, ask the objective, walk back, move.
///
/// The objective says how hard each example is rewarded or penalised, the head where, the trunk how. Rows are run in
/// micro-batches of a token budget, and since the denominators are those of the whole step, the split changes nothing
/// but rounding.
public final class Tuner implements AutoCloseable {

    private final Decoder policy;
    private final Objective objective;
    private final Settings settings;
    private final AdamW optimiser;

    /// What does not change from step to step.
    ///
    /// @param adamW the optimiser's settings
    /// @param clipNorm largest gradient norm; 0 for no clipping
    /// @param microBatchTokens tokens of one forward pass
    public record Settings(AdamW.Settings adamW, double clipNorm, int microBatchTokens) {}

    /// What a step did.
    ///
    /// @param loss mean over the step's examples, nats
    /// @param gradientNorm before clipping
    public record Step(double loss, double gradientNorm) {}

    /// @param policy a trainable decoder; the caller keeps it
    /// @param objective what to minimise
    public Tuner(Decoder policy, Objective objective, Settings settings) {
        this.policy = policy;
        this.objective = objective;
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
        double loss = accumulate(rows, averages);
        double norm = gradientNorm();
        if (!Double.isFinite(norm)) {
            throw NonFiniteException.of("gradient norm", norm, rows);
        }
        clip(norm);
        optimiser.step(learningRate);
        averages.add("grad_norm", norm, 1);
        return new Step(loss, norm);
    }

    /// Adds the gradient of a batch to the parameters' gradients and returns its loss.
    private double accumulate(List<TrainingRow> rows, Averages averages) {
        Totals totals = Measured.totals(rows);
        int[] lengths =
                rows.stream().mapToInt(row -> TrainingRow.tokens(row.encoded())).toArray();
        double loss = 0;
        for (int[] micro : MicroBatches.split(lengths, settings.microBatchTokens())) {
            try (PointerScope scope = new PointerScope()) {
                List<TrainingRow> some =
                        Arrays.stream(micro).mapToObj(rows::get).toList();
                Pass pass = policy.forward(Measured.layOut(some));
                Measured measured = new Measured(some, pass.batch(), pass.measure());
                Evaluation evaluation = objective.evaluate(measured.examples(), totals);
                if (!Double.isFinite(evaluation.loss())) {
                    throw NonFiniteException.ofLoss(evaluation.loss(), measured);
                }
                pass.backward(measured.byToken(evaluation));
                StepMetrics.add(averages, measured, evaluation, totals.examples(), objective.rewardScale());
                loss += evaluation.loss();
            }
        }
        return loss;
    }

    /// The loss and metrics of rows without moving anything.
    double evaluate(List<TrainingRow> rows, Averages averages) {
        Totals totals = Measured.totals(rows);
        int[] lengths =
                rows.stream().mapToInt(row -> TrainingRow.tokens(row.encoded())).toArray();
        double loss = 0;
        for (int[] micro : MicroBatches.split(lengths, settings.microBatchTokens())) {
            List<TrainingRow> some = Arrays.stream(micro).mapToObj(rows::get).toList();
            Measured measured = Likelihoods.measure(policy, some);
            Evaluation evaluation = objective.evaluate(measured.examples(), totals);
            if (!Double.isFinite(evaluation.loss())) {
                throw NonFiniteException.ofLoss(evaluation.loss(), measured);
            }
            StepMetrics.add(averages, measured, evaluation, totals.examples(), objective.rewardScale());
            loss += evaluation.loss();
        }
        return loss;
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

    /// The optimiser, for checkpoints.
    AdamW optimiser() {
        return optimiser;
    }

    @Override
    public void close() {
        optimiser.close();
    }
}
