package dev.poise.objective;

/// Noise contrastive alignment for pairs: classifies each answer apart, and pulls both rewards to 0 besides.
///
/// With the rewards βr±, r± = log π(y±|x) − log π_ref(y±|x) summed over tokens, per pair:
///
/// ```
/// ℓ  = −log σ(βr⁺) − ½ log σ(−βr⁺) − ½ log σ(−βr⁻)
/// w⁺ = β (σ(−βr⁺) − ½ σ(βr⁺)),  w⁻ = ½ β σ(βr⁻)
/// ```
///
/// w⁺ turns negative at βr⁺ = ln 2: the good example's likelihood has a level to stay at.
///
/// Source: Chen et al. 2024, NCA for K = 2 (<https://arxiv.org/abs/2402.05369>), TRL's `nca_pair`.
///
/// @param beta β > 0, 1/nat
public record Nca(double beta) implements RewardObjective {

    public Nca {
        Domain.positive("nca_pair", "beta", beta);
    }

    @Override
    public PairLoss of(Pair pair) {
        double good = beta * pair.goodRatio();
        double bad = beta * pair.badRatio();
        double loss = Logistic.negativeLogSigmoid(good)
                + Logistic.negativeLogSigmoid(-good) / 2
                + Logistic.negativeLogSigmoid(-bad) / 2;
        return new PairLoss(
                loss, beta * (Logistic.sigmoid(good) / 2 - Logistic.sigmoid(-good)), beta * Logistic.sigmoid(bad) / 2);
    }
}
