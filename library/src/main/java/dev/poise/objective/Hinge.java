package dev.poise.objective;

/// Hinge: rewards the good example over the bad one until the margin is reached, then leaves the pair alone.
///
/// With the margin D, per pair:
///
/// ```
/// ℓ     = max(0, 1 − βD)
/// ∂ℓ/∂D = −β where βD < 1, else 0
/// ```
///
/// At D = 0 the loss is 1 and w⁺ = w⁻ = β, and so they stay until D = 1/β, where they drop to 0. At the kink
/// itself the derivative is taken as 0, the one of its two sides at which the pair counts as learnt. The loss is
/// linear in −D, so an outlier pulls no harder than any other pair.
///
/// Source: with the reference it is the hinge-norm loss of Liu et al. 2023 (RSO)
/// (<https://arxiv.org/abs/2309.06657>), TRL's `hinge`. Without it is [Slic] divided by its margin δ = 1/β.
///
/// @param beta β > 0, 1/nat; the margin that is asked for is 1/β nats
/// @param margin D
public record Hinge(double beta, Margin margin) implements MarginObjective {

    public Hinge {
        Domain.positive("hinge", "beta", beta);
    }

    /// The hinge on sums, with reverse KL where there is a reference.
    ///
    /// @param reference whether log-probabilities are measured against the reference policy's
    public Hinge(double beta, boolean reference) {
        this(beta, Margin.of(reference, Normalise.NONE));
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public AtMargin at(double margin) {
        double shortfall = 1 - beta * margin;
        return shortfall > 0 ? new AtMargin(shortfall, -beta) : new AtMargin(0, 0);
    }
}
