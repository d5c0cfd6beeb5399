package dev.poise.objective;

/// Anchored preference optimisation, down: lowers both answers' rewards, the bad one's more.
///
/// With r± = log π(y±|x) − log π_ref(y±|x) summed over tokens and Δ = r⁺ − r⁻, per pair:
///
/// ```
/// ℓ  = σ(βr⁺) + 1 − σ(βΔ)
/// w⁺ = β (σ′(βΔ) − σ′(βr⁺)),  w⁻ = β σ′(βΔ),  σ′ = σ (1 − σ)
/// ```
///
/// For answers worse than the model's own. w⁺ is 0 at the reference and may be negative.
///
/// Source: D'Oosterlinck et al. 2024, eq. 8 (<https://arxiv.org/abs/2408.06266>), TRL's `apo_down`.
///
/// @param beta β > 0, 1/nat
public record ApoDown(double beta) implements RewardObjective {

    public ApoDown {
        Domain.positive("apo_down", "beta", beta);
    }

    @Override
    public PairLoss of(Pair pair) {
        double good = beta * pair.goodRatio();
        double margin = beta * (pair.goodRatio() - pair.badRatio());
        return new PairLoss(
                Logistic.sigmoid(good) + Logistic.sigmoid(-margin),
                beta * (Logistic.slope(good) - Logistic.slope(margin)),
                beta * Logistic.slope(margin));
    }
}
