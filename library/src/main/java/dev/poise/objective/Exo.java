package dev.poise.objective;

/// Efficient exact optimisation for pairs: the reverse Kullback-Leibler divergence from smoothed labels.
///
/// With the margin D and q = σ(βD), per pair:
///
/// ```
/// ℓ     = q log(q / (1 − ε)) + (1 − q) log((1 − q) / ε)
/// ∂ℓ/∂D = β q (1 − q) (βD − log((1 − ε)/ε))
/// ```
///
/// It is 0 where q = 1 − ε, and turns there. Unlike DPO's its slope also vanishes as D → −∞: a pair that is far on
/// the wrong side is given up. At ε = 0 the loss is infinite, so ε must be positive; 10⁻³ is usual.
///
/// Source: Ji et al. 2024, eq. 16 (<https://arxiv.org/abs/2402.00856>), TRL's `exo_pair`.
///
/// @param beta β > 0, 1/nat
/// @param labelSmoothing ε in (0, 0.5)
/// @param margin D
public record Exo(double beta, double labelSmoothing, Margin margin) implements MarginObjective {

    public Exo {
        Domain.positive("exo_pair", "beta", beta);
        Domain.require(
                labelSmoothing > 0 && labelSmoothing < 0.5,
                "exo_pair",
                "labelSmoothing",
                "in (0, 0.5)",
                labelSmoothing);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double logit = beta * margin;
        double right = Logistic.sigmoid(logit); // q
        double wrong = Logistic.sigmoid(-logit);
        double loss = right * (-Logistic.negativeLogSigmoid(logit) - Math.log1p(-labelSmoothing))
                + wrong * (-Logistic.negativeLogSigmoid(-logit) - Math.log(labelSmoothing));
        double turn = Math.log1p(-labelSmoothing) - Math.log(labelSmoothing);
        return new AtMargin(loss, beta * right * wrong * (logit - turn));
    }
}
