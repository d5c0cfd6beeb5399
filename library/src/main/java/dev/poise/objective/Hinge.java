package dev.poise.objective;

/// Hinge: rewards the good example over the bad one until the margin is reached, then leaves the pair alone.
///
/// With Δ = (log π(y⁺|x) − log π_ref(y⁺|x)) − (log π(y⁻|x) − log π_ref(y⁻|x)), sums over tokens, and without the two
/// reference terms where `reference` is false, per pair:
///
/// ```
/// ℓ     = max(0, 1 − βΔ)
/// ∂ℓ/∂Δ = −β where βΔ < 1, else 0                = ∂ℓ/∂log π(y⁺|x) = −∂ℓ/∂log π(y⁻|x)
/// ```
///
/// At Δ = 0 the loss is 1 and w⁺ = w⁻ = β, and so they stay until Δ = 1/β, where they drop to 0. At the kink itself
/// the derivative is taken as 0, the one of its two sides at which the pair counts as learnt. The loss is linear in
/// −Δ, so an outlier pulls no harder than any other pair.
///
/// Source: with the reference it is the hinge-norm loss of Liu et al. 2023 (RSO)
/// (<https://arxiv.org/abs/2309.06657>), TRL's `hinge`; without, the calibration term of Zhao et al. 2023 (SLiC-HF),
/// eq. 1 (<https://arxiv.org/abs/2305.10425>), divided by their margin δ = 1/β. Its regularising term is [Mle] in a
/// [Mixture].
///
/// @param beta β > 0, 1/nat; the margin that is asked for is 1/β nats
/// @param reference whether log-probabilities are measured against the reference policy's
public record Hinge(double beta, boolean reference) implements PairwiseObjective {

    public Hinge {
        if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("hinge: beta must be positive and finite, got " + beta);
        }
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public boolean needsReference() {
        return reference;
    }

    @Override
    public PairLoss of(Pair pair) {
        double margin = pair.good() - pair.bad(); // Δ
        if (reference) {
            margin -= pair.referenceGood() - pair.referenceBad();
        }
        double shortfall = 1 - beta * margin;
        if (shortfall <= 0) {
            return new PairLoss(0, 0, 0);
        }
        return new PairLoss(shortfall, -beta, beta);
    }
}
