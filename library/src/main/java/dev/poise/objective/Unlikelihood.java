package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Unlikelihood of whole sequences: raises the good example, and lowers the probability of the bad one.
///
/// With a± = log π(y±|x) summed over tokens and f⁻ = e^(a⁻), per pair:
///
/// ```
/// ℓ  = −a⁺ − α log(1 − f⁻)
/// w⁺ = 1,  w⁻ = α f⁻ / (1 − f⁻)
/// ```
///
/// w⁻ is α at f⁻ = ½ and explodes as f⁻ → 1; below 1 − f⁻ = 10⁻²⁰ the loss goes on along its tangent, so that it
/// stays finite. At the length of real answers f⁻ underflows, and w⁻ with it: [TokenUnlikelihood] does not.
///
/// Source: Welleck et al. 2020, eq. 6 (<https://arxiv.org/abs/1908.04319>). Which form the gradient-analysis paper
/// (arXiv 2408.16751) means was not available: this one and its weights are our derivation.
///
/// @param alpha α ≥ 0, how much the bad example counts; 1 in the source
public record Unlikelihood(double alpha) implements PairwiseObjective {

    public Unlikelihood {
        Domain.notNegative("unlikelihood", "alpha", alpha);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public PairLoss of(Pair pair) {
        return new PairLoss(
                -pair.good() - alpha * Complement.OF_SEQUENCE.log(pair.bad()),
                -1,
                -alpha * Complement.OF_SEQUENCE.slope(pair.bad()));
    }
}
