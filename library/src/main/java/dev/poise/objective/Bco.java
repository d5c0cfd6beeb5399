package dev.poise.objective;

/// Binary classifier optimisation on pairs: each answer is classified apart, good from bad.
///
/// With the rewards βr±, r± = log π(y±|x) − log π_ref(y±|x) summed over tokens, per pair:
///
/// ```
/// ℓ  = −log σ(βr⁺) − log σ(−βr⁻)
/// w⁺ = β σ(−βr⁺),  w⁻ = β σ(βr⁻)
/// ```
///
/// The reward shift δ of the paper is 0, as in TRL since 0.29; [BcoUnpaired] has one.
///
/// Source: Jung et al. 2024 (<https://arxiv.org/abs/2404.04656>), TRL's `bco_pair`.
///
/// @param beta β > 0, 1/nat
public record Bco(double beta) implements RewardObjective {

    public Bco {
        Domain.positive("bco_pair", "beta", beta);
    }

    @Override
    public PairLoss of(Pair pair) {
        double good = beta * pair.goodRatio();
        double bad = beta * pair.badRatio();
        return new PairLoss(
                Logistic.negativeLogSigmoid(good) + Logistic.negativeLogSigmoid(-bad),
                -beta * Logistic.sigmoid(-good),
                beta * Logistic.sigmoid(bad));
    }
}
