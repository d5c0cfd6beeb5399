package dev.poise.objective;

/// Direct Preference Optimization: logistic regression on the difference of implicit rewards.
///
/// With the margin D, for DPO itself Δ = (log π(y⁺|x) − log π_ref(y⁺|x)) − (log π(y⁻|x) − log π_ref(y⁻|x)) of sums
/// over tokens, per pair:
///
/// ```
/// ℓ     = −(1 − ε) log σ(βD) − ε log σ(−βD)
/// ∂ℓ/∂D = −β ((1 − ε) σ(−βD) − ε σ(βD))          for Δ: = ∂ℓ/∂log π(y⁺|x) = −∂ℓ/∂log π(y⁻|x)
/// ```
///
/// At Δ = 0 the loss is ln 2 and, with ε = 0, the slope −β/2: so it starts when policy and reference are the same.
/// With ε = 0 the loss falls for ever and w⁺ = w⁻ = βσ(−βΔ) fades as the pair is learnt; with ε > 0 it is least at
/// βΔ = ln((1 − ε)/ε), beyond which both change their sign. As Δ → −∞ the slope tends to −β(1 − ε).
///
/// Source: Rafailov et al. 2023, eq. 7 (<https://arxiv.org/abs/2305.18290>), TRL's `sigmoid`; ε is the
/// conservative DPO of Mitchell 2023, eq. 3 (<https://ericmitchell.ai/cdpo.pdf>). TRL reads ε so before 0.29 and
/// ignores it since. With a margin averaged over tokens it is TRL's `sigmoid_norm`; with another divergence f-DPO.
///
/// @param beta β > 0, inverse temperature, 1/nat; the paper uses 0.1 to 0.5
/// @param labelSmoothing ε in [0, 0.5), the probability that a label is flipped
/// @param margin D
public record Dpo(double beta, double labelSmoothing, Margin margin) implements MarginObjective {

    public Dpo {
        Domain.positive("dpo", "beta", beta);
        Domain.labelSmoothing("dpo", labelSmoothing);
    }

    /// DPO on Δ.
    public Dpo(double beta, double labelSmoothing) {
        this(beta, labelSmoothing, Margin.OF_REWARDS);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double logit = beta * margin;
        return new AtMargin(
                Logistic.crossEntropy(logit, labelSmoothing), beta * Logistic.crossEntropySlope(logit, labelSmoothing));
    }
}
