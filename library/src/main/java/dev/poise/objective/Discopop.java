package dev.poise.objective;

/// Discovered preference optimisation: a blend of logistic and exponential loss that a search found.
///
/// With the margin D, z = βD and m = σ(z/τ), per pair:
///
/// ```
/// ℓ     = (1 − m) (−log σ(z)) + m e^−z
/// ∂ℓ/∂z = (m (1 − m)/τ) (e^−z + log σ(z)) − (1 − m) σ(−z) − m e^−z
/// ```
///
/// At z = 0 the loss is (ln 2 + 1)/2. The exponential part weighs where the pair is learnt; with τ ≤ 1 the product
/// m e^−z stays bounded. Near z = 0 the slope is positive for small τ: the loss is not convex.
///
/// Source: Lu et al. 2024, eq. 5 (<https://arxiv.org/abs/2406.08414>), TRL's `discopop`.
///
/// @param beta β > 0, 1/nat
/// @param tau τ in (0, 1], the blend's temperature; 0.05 in the paper
/// @param margin D
public record Discopop(double beta, double tau, Margin margin) implements MarginObjective {

    public Discopop {
        Domain.positive("discopop", "beta", beta);
        Domain.require(tau > 0 && tau <= 1, "discopop", "tau", "in (0, 1]", tau);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double logit = beta * margin; // z
        double logistic = Logistic.negativeLogSigmoid(logit);
        double rest = Logistic.sigmoid(-logit / tau); // 1 − m
        // m e^−z in one exponent: e^−z alone overflows where m is 0.
        double exponential = Math.exp(-Logistic.negativeLogSigmoid(logit / tau) - logit);
        double slope = rest / tau * (exponential - Logistic.sigmoid(logit / tau) * logistic)
                - rest * Logistic.sigmoid(-logit)
                - exponential;
        return new AtMargin(rest * logistic + exponential, beta * slope);
    }
}
