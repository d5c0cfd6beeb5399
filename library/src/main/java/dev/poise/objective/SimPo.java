package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Simple preference optimisation: logistic regression on likelihoods themselves, with a target margin and no
/// reference.
///
/// With log-probabilities a± of the answers, v± = a±/|y±| or a± itself, and a reward t(v), per pair:
///
/// ```
/// t(v)  = (1 − e^−αv) / α, at α = 0: v
/// z     = β (t(v⁺) − t(v⁻)) − γ
/// ℓ     = −(1 − ε) log σ(z) − ε log σ(−z)
/// w±    = β ((1 − ε) σ(−z) − ε σ(z)) t′(v±) / n±,   t′(v) = e^−αv
/// ```
///
/// α = 0 averaged over tokens is SimPO; α ≠ 0 is AlphaPO, where α > 0 pulls harder at unlikely answers and α < 0
/// less; sums with γ = 0 are the preference term of [Cpo]. The exponent is held at 700.
///
/// Source: Meng et al. 2024, eq. 6 (<https://arxiv.org/abs/2405.14734>); Gupta et al. 2025, eq. 5
/// (<https://arxiv.org/abs/2501.03884>); TRL's `CPOTrainer` with `simpo`, whose γ is divided by β inside the logit
/// as here.
///
/// @param beta β > 0; SimPO uses 2 to 10
/// @param gamma γ ≥ 0, the target margin on the scale of z; TRL's default is 0.5
/// @param alpha α, finite
/// @param labelSmoothing ε in [0, 0.5)
/// @param normalise whether log-probabilities are averaged over tokens
public record SimPo(double beta, double gamma, double alpha, double labelSmoothing, Normalise normalise)
        implements PairwiseObjective {

    private static final double LARGEST_EXPONENT = 700;

    public SimPo {
        Domain.positive("simpo", "beta", beta);
        Domain.notNegative("simpo", "gamma", gamma);
        Domain.finite("simpo", "alpha", alpha);
        Domain.labelSmoothing("simpo", labelSmoothing);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public PairLoss of(Pair pair) {
        double goodLength = normalise.length(pair.goodTokens()); // n⁺
        double badLength = normalise.length(pair.badTokens()); // n⁻
        double good = pair.good() / goodLength;
        double bad = pair.bad() / badLength;
        double logit = beta * (reward(good) - reward(bad)) - gamma; // z
        double slope = beta * Logistic.crossEntropySlope(logit, labelSmoothing);
        return new PairLoss(
                Logistic.crossEntropy(logit, labelSmoothing),
                slope * rewardSlope(good) / goodLength,
                -slope * rewardSlope(bad) / badLength);
    }

    private double reward(double value) {
        return alpha == 0 ? value : -Math.expm1(Math.min(-alpha * value, LARGEST_EXPONENT)) / alpha;
    }

    private double rewardSlope(double value) {
        return -alpha * value > LARGEST_EXPONENT ? 0 : Math.exp(-alpha * value);
    }
}
