package dev.poise.objective;

/// Robust DPO: the DPO loss made unbiased for labels that are flipped with a known probability.
///
/// With the margin D, per pair:
///
/// ```
/// ℓ     = (−(1 − ε) log σ(βD) + ε log σ(−βD)) / (1 − 2ε)
/// ∂ℓ/∂D = −β ((1 − ε) σ(−βD) + ε σ(βD)) / (1 − 2ε)
/// ```
///
/// The slope never changes its sign and tends to −βε/(1 − 2ε) as D → ∞: the loss falls below every bound. (The
/// conservative DPO, which is [Dpo] with ε, adds where this subtracts.)
///
/// Source: Chowdhury et al. 2024, eq. 12 (<https://arxiv.org/abs/2403.00409>), TRL's `robust`.
///
/// @param beta β > 0, 1/nat
/// @param labelSmoothing ε in [0, 0.5), the probability that a label is flipped
/// @param margin D
public record Robust(double beta, double labelSmoothing, Margin margin) implements MarginObjective {

    public Robust {
        Domain.positive("robust", "beta", beta);
        Domain.labelSmoothing("robust", labelSmoothing);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double logit = beta * margin;
        double scale = 1 / (1 - 2 * labelSmoothing);
        double loss = (1 - labelSmoothing) * Logistic.negativeLogSigmoid(logit)
                - labelSmoothing * Logistic.negativeLogSigmoid(-logit);
        double slope = (1 - labelSmoothing) * Logistic.sigmoid(-logit) + labelSmoothing * Logistic.sigmoid(logit);
        return new AtMargin(scale * loss, -beta * scale * slope);
    }
}
