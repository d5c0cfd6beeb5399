package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Sequence likelihood calibration: the hinge without a reference, in nats.
///
/// With log-probabilities a± of the answers, divided by n± = |y±| where they are normalised, else by 1, per pair:
///
/// ```
/// ℓ  = max(0, δ − (a⁺/n⁺ − a⁻/n⁻))
/// w⁺ = 1/n⁺,  w⁻ = 1/n⁻            while the margin falls short of δ, else 0
/// ```
///
/// At the kink both weights are 0. The method adds a regulariser, which is a term of its own here: SLiC-HF and
/// HALOs add λ times [Mle]; the over-optimisation paper (arXiv 2410.11677, section 3.1) normalises and adds α
/// times [Anchor]. TRL's `hinge` is [Hinge]: scaled by β and with a reference.
///
/// Source: Zhao et al. 2023, eq. 1 (<https://arxiv.org/abs/2305.10425>).
///
/// @param delta δ > 0, the margin asked for, nats (a token, where normalised); 1 in both sources
/// @param normalise whether log-probabilities are averaged over tokens
public record Slic(double delta, Normalise normalise) implements PairwiseObjective {

    public Slic {
        Domain.positive("slic", "delta", delta);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public PairLoss of(Pair pair) {
        double goodLength = normalise.length(pair.goodTokens()); // n⁺
        double badLength = normalise.length(pair.badTokens()); // n⁻
        double shortfall = delta - (pair.good() / goodLength - pair.bad() / badLength);
        return shortfall > 0 ? new PairLoss(shortfall, -1 / goodLength, 1 / badLength) : new PairLoss(0, 0, 0);
    }
}
