package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Maximum likelihood on the good examples: cross-entropy.
///
/// With aᵢ = log π(yᵢ|xᵢ) summed over the |yᵢ| trained tokens of example i, N good examples and T = Σ |yᵢ| tokens
/// over the whole optimiser step:
///
/// ```
/// TOKENS           L = −(1/T) Σᵢ aᵢ            ∂L/∂aᵢ = −1/T
/// SEQUENCE_MEANS   L = −(1/N) Σᵢ aᵢ/|yᵢ|       ∂L/∂aᵢ = −1/(N |yᵢ|)
/// SEQUENCE_SUMS    L = −(1/N) Σᵢ aᵢ            ∂L/∂aᵢ = −1/N
/// ```
///
/// So w⁺ does not ask what the model thinks of the example, and w⁻ = 0: bad examples are not read. A uniform model
/// over V tokens has the loss ln V in the first two. Under `TOKENS` and `SEQUENCE_SUMS` a long answer weighs more
/// than a short one.
///
/// Source: the usual cross-entropy. `TOKENS` is `sft` in TRL's list of losses, but with the tokens of the step,
/// not of the micro-batch, as denominator, so that accumulation changes nothing.
///
/// @param mean what is averaged
public record Mle(Mean mean) implements Objective {

    /// What the loss is the mean of.
    public enum Mean {
        /// The step's tokens.
        TOKENS,
        /// Examples, each the mean of its tokens.
        SEQUENCE_MEANS,
        /// Examples, each the sum of its tokens.
        SEQUENCE_SUMS;

        /// What a token of an example counts in the mean.
        ///
        /// @param tokens of the example
        double weight(Totals totals, int tokens) {
            return switch (this) {
                case TOKENS -> 1.0 / totals.tokens();
                case SEQUENCE_MEANS -> 1.0 / totals.examples() / Math.max(tokens, 1);
                case SEQUENCE_SUMS -> 1.0 / totals.examples();
            };
        }
    }

    /// Cross-entropy averaged over tokens.
    public Mle() {
        this(Mean.TOKENS);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.noneOf(Need.class);
    }

    /// @throws IllegalArgumentException when there are good examples and no token of the step is trained
    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        Examples good = batch.good();
        if (good.size() > 0 && totals.tokens() < 1) {
            throw new IllegalArgumentException("mle: totals.tokens must be positive, got " + totals.tokens());
        }
        double[] byGood = new double[good.size()];
        Arrays.setAll(byGood, i -> -mean.weight(totals, good.tokens()[i]));
        double loss = 0;
        for (int i = 0; i < byGood.length; i++) {
            loss += byGood[i] * good.logProbs()[i];
        }
        return new Evaluation(loss, byGood, new double[batch.bad().size()]);
    }
}
