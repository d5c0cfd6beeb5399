package dev.poise.objective;

/// Direct Preference Optimization: logistic regression on the difference of implicit rewards.
///
/// With Δ = (log π(y⁺|x) − log π_ref(y⁺|x)) − (log π(y⁻|x) − log π_ref(y⁻|x)), sums over tokens, per pair:
///
/// ```
/// ℓ     = −(1 − ε) log σ(βΔ) − ε log σ(−βΔ)
/// ∂ℓ/∂Δ = −β ((1 − ε) σ(−βΔ) − ε σ(βΔ))          = ∂ℓ/∂log π(y⁺|x) = −∂ℓ/∂log π(y⁻|x)
/// ```
///
/// At Δ = 0 the loss is ln 2 and, with ε = 0, the slope −β/2: so it starts when policy and reference are the same.
/// With ε = 0 the loss falls for ever and w⁺ = w⁻ = βσ(−βΔ) fades as the pair is learnt; with ε > 0 it is least at βΔ
/// = ln((1 − ε)/ε), beyond which both change their sign. As Δ → −∞ the slope tends to −β(1 − ε).
///
/// Source: Rafailov et al. 2023, eq. 7 (<https://arxiv.org/abs/2305.18290>), TRL's `sigmoid`; ε is the conservative
/// DPO of Mitchell 2023, eq. 3 (<https://ericmitchell.ai/cdpo.pdf>). TRL reads ε so before 0.29 and ignores it since.
///
/// @param beta β > 0, inverse temperature, 1/nat; the paper uses 0.1 to 0.5
/// @param labelSmoothing ε in [0, 0.5), the probability that a label is flipped
public record Dpo(double beta, double labelSmoothing) implements PairwiseObjective {

    public Dpo {
        if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("dpo: beta must be positive and finite, got " + beta);
        }
        if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
            throw new IllegalArgumentException("dpo: labelSmoothing must be in [0, 0.5), got " + labelSmoothing);
        }
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public boolean needsReference() {
        return true;
    }

    @Override
    public PairLoss of(Pair pair) {
        double margin = (pair.good() - pair.referenceGood()) - (pair.bad() - pair.referenceBad()); // Δ
        double logit = beta * margin;
        double loss = (1 - labelSmoothing) * Logistic.negativeLogSigmoid(logit);
        double slope = -beta * (1 - labelSmoothing) * Logistic.sigmoid(-logit);
        // At ε = 0 the second term is skipped: 0 · ∞ would make NaN of an overflowing margin.
        if (labelSmoothing > 0) {
            loss += labelSmoothing * Logistic.negativeLogSigmoid(-logit);
            slope += beta * labelSmoothing * Logistic.sigmoid(logit);
        }
        return new PairLoss(loss, slope, -slope);
    }
}
