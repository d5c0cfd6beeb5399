package dev.poise.bandit;

/// Reward-weighted regression: maximum likelihood on every answer, weighted by its exponentiated reward.
///
/// ```
/// L = −(1/SN) Σ exp(r/β) log π(y|x)
/// ```
///
/// As β → 0 it becomes best of all answers, as β → ∞ plain maximum likelihood. Weights are not normalised: Adam does
/// not mind their scale.
///
/// Source: Peters and Schaal 2007; the form of arXiv 2404.14367's released code, which also calls it AWR.
///
/// @param beta β > 0, temperature in units of the reward
public record RewardWeighted(double beta) implements Method {

    public RewardWeighted {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("rwr: beta must be positive, got " + beta);
        }
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] by = new double[round.size()];
        for (int i = 0; i < by.length; i++) {
            by[i] = -Math.exp(round.rewards()[i] / beta);
        }
        return Means.over(by.length, by, logProbs);
    }
}
