package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Maximum average treatment effect: likelihood of the good example minus a share of the bad one's.
///
/// With log-probabilities averaged over tokens ā±, per pair:
///
/// ```
/// ℓ  = −ā⁺ + c ā⁻
/// w⁺ = 1/|y⁺|,  w⁻ = c/|y⁻|
/// ```
///
/// w⁻ does not fade, however unlikely the bad example is: the loss has no lower bound. [ExMate] bounds it.
///
/// Source: Tuan et al. 2022 (<https://arxiv.org/abs/2212.10515>), from the authors' code; the paper's equation was
/// not available.
///
/// @param coefficient c ≥ 0; 0.05 in the authors' code
public record Mate(double coefficient) implements PairwiseObjective {

    public Mate {
        Domain.notNegative("mate", "coefficient", coefficient);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public PairLoss of(Pair pair) {
        double goodLength = Normalise.TOKENS.length(pair.goodTokens());
        double badLength = Normalise.TOKENS.length(pair.badTokens());
        return new PairLoss(
                -pair.good() / goodLength + coefficient * pair.bad() / badLength,
                -1 / goodLength,
                coefficient / badLength);
    }
}
