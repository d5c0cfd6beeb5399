package dev.poise.bandit;

/// β KL(π ‖ π_ref) on top of a policy gradient.
///
/// Differentiating the sampled log-ratio β (log π − log π_ref) is no way to do it: on samples of the policy its
/// expected gradient is that of log π alone, which is 0, so there would be no penalty at all (arXiv 2506.09477; the
/// code released with arXiv 2404.14367 does it). The two ways here have the gradient β ∇KL in expectation.
///
/// @param beta β ≥ 0, reward a nat; by the score function and with standardised advantages, standard deviations a
/// nat
/// @param form which way
public record Penalty(double beta, Form form) {

    /// Where the divergence enters.
    public enum Form {
        /// Into the reward: r − β (log π − log π_ref) at the time of sampling.
        REWARD,
        /// By the score function, at every step: c = β ρ (log π − log π_ref − b). ρ = π/π_behaviour keeps it
        /// unbiased on reused samples; b is the mean log-ratio of the state's other answers.
        SCORE
    }

    /// No penalty.
    public static final Penalty NONE = new Penalty(0, Form.REWARD);

    public Penalty {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("kl must be at least 0, got " + beta);
        }
    }

    /// What is taken off the rewards for every nat.
    double ofReward() {
        return switch (form) {
            case REWARD -> beta;
            case SCORE -> 0;
        };
    }

    /// Adds the derivative by each sample's log-probability: its share of the mean over all samples.
    ///
    /// @return the estimate of β KL
    double addTo(double[] by, Round round, double[] logProbs) {
        if (beta == 0 || form == Form.REWARD) {
            return 0;
        }
        int samples = round.samples();
        double estimate = 0;
        for (int from = 0; from < by.length; from += samples) {
            double sum = 0;
            for (int i = from; i < from + samples; i++) {
                sum += logProbs[i] - round.reference()[i];
            }
            for (int i = from; i < from + samples; i++) {
                double ratio = logProbs[i] - round.reference()[i];
                double others = samples > 1 ? (sum - ratio) / (samples - 1) : 0;
                double weight = Math.exp(logProbs[i] - round.behaviour()[i]);
                by[i] += beta * weight * (ratio - others) / by.length;
                estimate += beta * weight * ratio / by.length;
            }
        }
        return estimate;
    }
}
