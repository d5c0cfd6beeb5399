package dev.poise.objective;

import dev.poise.objective.PairwiseObjective.Pair;

/// What two answers are compared by: D = s(r⁺)/n⁺ − s(r⁻)/n⁻.
///
/// r± is log π(y±|x) − log π_ref(y±|x), summed over tokens, or log π(y±|x) alone where there is no reference; s is
/// the divergence's reward; n± is |y±| where it is normalised, else 1. With the reference, reverse KL and no
/// normalisation this is DPO's Δ.
///
/// @param reference whether log-probabilities are measured against the reference policy's
/// @param divergence what the reward is derived from; reverse KL where there is no reference
/// @param normalise whether each side is averaged over its tokens
public record Margin(boolean reference, Divergence divergence, Normalise normalise) {

    /// Δ, the difference of DPO's implicit rewards.
    public static final Margin OF_REWARDS = new Margin(true, new Divergence.ReverseKl(), Normalise.NONE);

    /// A margin and how it moves with the two log-probabilities.
    ///
    /// @param value D
    /// @param byGood ∂D/∂log π(y⁺|x)
    /// @param byBad ∂D/∂log π(y⁻|x)
    public record Value(double value, double byGood, double byBad) {}

    public Margin {
        if (!reference && !(divergence instanceof Divergence.ReverseKl)) {
            throw new IllegalArgumentException(
                    "margin: divergence must be reverse_kl where there is no reference, got " + divergence);
        }
    }

    /// Reverse KL with a reference, or none.
    public static Margin of(boolean reference, Normalise normalise) {
        return new Margin(reference, new Divergence.ReverseKl(), normalise);
    }

    /// The margin of a pair.
    public Value of(Pair pair) {
        double good = reference ? pair.good() - pair.referenceGood() : pair.good(); // r⁺
        double bad = reference ? pair.bad() - pair.referenceBad() : pair.bad(); // r⁻
        double goodLength = normalise.length(pair.goodTokens()); // n⁺
        double badLength = normalise.length(pair.badTokens()); // n⁻
        return new Value(
                divergence.score(good) / goodLength - divergence.score(bad) / badLength,
                divergence.slope(good) / goodLength,
                -divergence.slope(bad) / badLength);
    }
}
