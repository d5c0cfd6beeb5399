package dev.poise.objective;

/// Anchored preference optimisation, zero: raises the good answer's reward above 0 and lowers the bad one's below.
///
/// With r± = log π(y±|x) − log π_ref(y±|x) summed over tokens, per pair:
///
/// ```
/// ℓ  = 1 − σ(βr⁺) + σ(βr⁻)
/// w⁺ = β σ′(βr⁺),  w⁻ = β σ′(βr⁻),  σ′ = σ (1 − σ)
/// ```
///
/// For answers better than the model's own. Both weights are β/4 at the reference and fade on either side of it.
///
/// Source: D'Oosterlinck et al. 2024, eq. 7 (<https://arxiv.org/abs/2408.06266>), TRL's `apo_zero`.
///
/// @param beta β > 0, 1/nat
public record ApoZero(double beta) implements RewardObjective {

    public ApoZero {
        Domain.positive("apo_zero", "beta", beta);
    }

    @Override
    public PairLoss of(Pair pair) {
        double good = beta * pair.goodRatio();
        double bad = beta * pair.badRatio();
        return new PairLoss(
                Logistic.sigmoid(-good) + Logistic.sigmoid(bad),
                -beta * Logistic.slope(good),
                beta * Logistic.slope(bad));
    }
}
