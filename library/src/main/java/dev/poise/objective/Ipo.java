package dev.poise.objective;

/// Identity Preference Optimization: least squares that draw the margin of every pair to one finite target.
///
/// With the margin D and its target 1/(2β), per pair:
///
/// ```
/// RESIDUAL   ℓ = (D − 1/(2β))²      ∂ℓ/∂D = 2 (D − 1/(2β))
/// SCALED     ℓ = (βD − 1/2)²        ∂ℓ/∂D = 2β (βD − 1/2)
/// ```
///
/// At D = 0, where training starts, the loss is 1/(4β²), or 1/4. It is 0 at D = 1/(2β); beyond that both weights
/// turn negative and the step lowers the good example, which is shown and not clipped. Nothing saturates.
///
/// Three conventions are in use. `RESIDUAL` on a margin averaged over tokens is TRL's `ipo`, which its comments
/// trace to the IPO authors; `RESIDUAL` on sums is the DPO authors' code and OpenRLHF; `SCALED` on sums is the
/// over-optimisation paper's (arXiv 2410.11677, section 3.1). The last two have the same minimum and gradients
/// that differ by β², so they need other learning rates; in the first, β counts nats a token.
///
/// Source: Azar et al. 2023, eq. 17 (<https://arxiv.org/abs/2310.12036>), with their τ as β.
///
/// @param beta β > 0, the strength that keeps the policy near the reference; the target is 1/(2β)
/// @param form which of the two squares
/// @param margin D
public record Ipo(double beta, Form form, Margin margin) implements MarginObjective {

    /// What is squared.
    public enum Form {
        /// D − 1/(2β).
        RESIDUAL,
        /// βD − 1/2.
        SCALED
    }

    public Ipo {
        Domain.positive("ipo", "beta", beta);
    }

    /// The squared residual with a reference and reverse KL.
    ///
    /// @param normalise whether a log-ratio is averaged over its tokens
    public Ipo(double beta, Normalise normalise) {
        this(beta, Form.RESIDUAL, Margin.of(true, normalise));
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double scale =
                switch (form) {
                    case RESIDUAL -> 1;
                    case SCALED -> beta * beta;
                };
        double residual = margin - 1 / (2 * beta);
        return new AtMargin(scale * residual * residual, scale * 2 * residual);
    }
}
