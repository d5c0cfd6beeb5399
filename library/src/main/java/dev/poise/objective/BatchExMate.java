package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// [ExMate] with the exponential of one mean over all bad tokens of a step, as the authors' code has it.
///
/// With T± the tokens of all good and all bad examples of the step:
///
/// ```
/// L  = −(1/T⁺) Σ a⁺ + c e^((1/T⁻) Σ a⁻)
/// w⁺ = 1/T⁺,  w⁻ = (c/T⁻) e^((1/T⁻) Σ a⁻)
/// ```
///
/// Every bad token weighs the same, however likely its own example is. For one pair it is the mean form of
/// [ExMate].
///
/// Source: the code of Tuan et al. 2022 (<https://arxiv.org/abs/2212.10515>), c = 0.05; there each side has a
/// batch of its own, which pairs are too.
///
/// @param coefficient c ≥ 0
public record BatchExMate(double coefficient) implements Objective {

    public BatchExMate {
        Domain.notNegative("exmate_batch", "coefficient", coefficient);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS, Need.WHOLE_STEP);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        Evaluation likelihood = new Mle().evaluate(batch, totals);
        double badTokens = Math.max(Arrays.stream(batch.bad().tokens()).sum(), 1);
        double penalty =
                coefficient * Math.exp(Arrays.stream(batch.bad().logProbs()).sum() / badTokens);
        double[] byBad = new double[batch.bad().size()];
        Arrays.fill(byBad, penalty / badTokens);
        return new Evaluation(likelihood.loss() + penalty, likelihood.byGood(), byBad);
    }
}
