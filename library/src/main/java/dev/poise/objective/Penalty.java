package dev.poise.objective;

/// β KL(π ‖ π_ref) beside a policy gradient.
///
/// Differentiating the sampled log-ratio β (log π − log π_ref) is no way to do it: on samples of the policy its
/// expected gradient is that of log π alone, which is 0, so there would be no penalty at all (arXiv 2506.09477).
/// The two ways here have the gradient β ∇KL in expectation.
///
/// @param beta β ≥ 0, reward a nat
/// @param form where it enters
public record Penalty(double beta, Form form) {

    /// Where the divergence enters.
    public enum Form {
        /// Into the reward: r − β (log π − log π_ref) at the time of sampling.
        REWARD,
        /// By the score function, at every step: ∂L/∂log π(y|x) = β ρ (log π − log π_ref − b)/N with ρ =
        /// π/π_old, which keeps it unbiased on reused samples, and b from [Rollouts#ratioBaselines].
        SCORE
    }

    /// No penalty.
    public static final Penalty NONE = new Penalty(0, Form.REWARD);

    public Penalty {
        Domain.notNegative("penalty", "kl", beta);
    }

    /// What is taken off the reward for every nat.
    public double ofReward() {
        return switch (form) {
            case REWARD -> beta;
            case SCORE -> 0;
        };
    }

    /// Whether a step reads the reference.
    boolean ofSteps() {
        return beta > 0 && form == Form.SCORE;
    }

    /// β times the estimate of KL and its derivative by the answer's summed log-probability, as the share of one
    /// of N examples; nothing unless a step pays.
    ///
    /// @param i the example
    /// @param examples N
    PairwiseObjective.PairLoss of(Examples good, int i, long examples) {
        if (!ofSteps()) {
            return new PairwiseObjective.PairLoss(0, 0, 0);
        }
        double logProb = 0;
        double old = 0;
        for (int t = 0; t < good.tokens()[i]; t++) {
            logProb += good.byToken().logProbs()[i][t];
            old += good.rollouts().logProbs()[i][t];
        }
        double ratio = logProb - good.reference()[i];
        double weight = Math.exp(logProb - old);
        return new PairwiseObjective.PairLoss(
                beta * weight * ratio / examples,
                beta * weight * (ratio - good.rollouts().ratioBaselines()[i]) / examples,
                0);
    }
}
