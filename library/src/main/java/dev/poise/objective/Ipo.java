package dev.poise.objective;

/// Identity Preference Optimization: least squares that draw the log-ratio of every pair to one finite target.
///
/// With the log-ratios r± = log π(y±|x) − log π_ref(y±|x), sums over tokens, and lengths n±, per pair:
///
/// ```
/// h              = r⁺/n⁺ − r⁻/n⁻
/// ℓ              = (h − 1/(2β))²
/// ∂ℓ/∂log π(y⁺|x) =  2 (h − 1/(2β)) / n⁺
/// ∂ℓ/∂log π(y⁻|x) = −2 (h − 1/(2β)) / n⁻
/// ```
///
/// At h = 0, where training starts, the loss is 1/(4β²). It is 0 at h = 1/(2β); beyond that the step turns round and
/// lowers the good example. Nothing saturates: the loss grows with the square of the distance.
///
/// What n± is has two answers in use, so it has a name of its own. `TOKENS` averages (n± = |y±|), TRL's `ipo`, which
/// its comments trace to the IPO authors; `NONE` sums (n± = 1), as the DPO authors' code and OpenRLHF do. β means
/// different things in the two: nats a token against nats.
///
/// Source: Azar et al. 2023, eq. 17 (<https://arxiv.org/abs/2310.12036>), with their τ as β.
///
/// @param beta β > 0, the strength that keeps the policy near the reference; the target is 1/(2β)
/// @param normalise whether a log-ratio is averaged over its tokens
public record Ipo(double beta, Normalise normalise) implements PairwiseObjective {

    /// What a sequence's log-ratio is divided by.
    public enum Normalise {
        /// By its trained tokens: nats a token.
        TOKENS,
        /// By nothing: nats a sequence.
        NONE
    }

    public Ipo {
        if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ipo: beta must be positive and finite, got " + beta);
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
        double goodLength = length(pair.goodTokens()); // n⁺
        double badLength = length(pair.badTokens()); // n⁻
        double margin = (pair.good() - pair.referenceGood()) / goodLength // h
                - (pair.bad() - pair.referenceBad()) / badLength;
        double residual = margin - 1 / (2 * beta);
        return new PairLoss(residual * residual, 2 * residual / goodLength, -2 * residual / badLength);
    }

    /// At least 1: an answer without a trained token has the log-ratio 0, not 0/0.
    private double length(int tokens) {
        return switch (normalise) {
            case TOKENS -> Math.max(tokens, 1);
            case NONE -> 1;
        };
    }
}
