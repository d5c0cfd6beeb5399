package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Exponential maximum average treatment effect: likelihood of the good example minus the bad one's probability.
///
/// With a± = log π(y±|x) and n± = |y±| for token means or 1 for sums, per pair:
///
/// ```
/// ℓ  = −a⁺/n⁺ + c e^(a⁻/n⁻)
/// w⁺ = 1/n⁺,  w⁻ = c e^(a⁻/n⁻) / n⁻
/// ```
///
/// w⁻ is at most c/n⁻ and fades with the bad example's probability: with c ≤ 1 the reward always dominates. Means
/// are the authors' form; of sums the exponential underflows at the length of real answers, and w⁻ with it.
/// [BatchExMate] is their code's form over a batch.
///
/// Source: Tuan et al. 2022 (<https://arxiv.org/abs/2212.10515>), from the authors' code, per example; the
/// equations of that paper and of arXiv 2408.16751 were not available, so the weights are our derivation.
///
/// @param coefficient c ≥ 0; 0.05 in the authors' code
/// @param normalise what both log-probabilities are divided by
public record ExMate(double coefficient, Normalise normalise) implements PairwiseObjective {

    public ExMate {
        Domain.notNegative("exmate", "coefficient", coefficient);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public PairLoss of(Pair pair) {
        double goodLength = normalise.length(pair.goodTokens());
        double badLength = normalise.length(pair.badTokens());
        double penalty = coefficient * Math.exp(pair.bad() / badLength);
        return new PairLoss(-pair.good() / goodLength + penalty, -1 / goodLength, penalty / badLength);
    }
}
