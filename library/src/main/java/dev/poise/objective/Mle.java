package dev.poise.objective;

import java.util.Arrays;

/// Maximum likelihood on the good examples: cross-entropy averaged over their trained tokens.
///
/// With log π(yᵢ|xᵢ) summed over the |yᵢ| trained tokens of example i, and T = Σ |yᵢ| over the whole optimiser step:
///
/// ```
/// L               = −(1/T) Σᵢ log π(yᵢ|xᵢ)
/// ∂L/∂log π(yᵢ|xᵢ) = −1/T
/// ```
///
/// So w⁺ = 1/T whatever the model thinks of the example, and w⁻ = 0: bad examples are not read. A uniform model over
/// V tokens has the loss ln V. The average is over tokens, not examples: a long answer weighs more than a short one.
///
/// Source: the usual cross-entropy; as `sft` in TRL's list of losses, but with the tokens of the step, not of the
/// micro-batch, as denominator, so that accumulation changes nothing.
public record Mle() implements Objective {

    @Override
    public boolean needsReference() {
        return false;
    }

    @Override
    public boolean needsPairs() {
        return false;
    }

    /// @throws IllegalArgumentException when no token of the step is trained
    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        if (totals.tokens() < 1) {
            throw new IllegalArgumentException("mle: totals.tokens must be positive, got " + totals.tokens());
        }
        double slope = -1.0 / totals.tokens();
        double[] byGood = new double[batch.good().size()];
        Arrays.fill(byGood, slope);
        double loss = slope * Arrays.stream(batch.good().logProbs()).sum();
        return new Evaluation(loss, byGood, new double[batch.bad().size()]);
    }
}
