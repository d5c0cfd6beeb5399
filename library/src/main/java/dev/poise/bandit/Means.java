package dev.poise.bandit;

import dev.poise.bandit.Method.Gradient;

/// Weighted likelihood: losses that are a mean of constant weights times log-probabilities.
final class Means {

    private Means() {}

    /// L = (1/terms) Σ wᵢ log πᵢ.
    ///
    /// @param weights wᵢ, one a sample; becomes the derivative
    static Gradient over(int terms, double[] weights, double[] logProbs) {
        double loss = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = terms == 0 ? 0 : weights[i] / terms;
            // A weight of 0 stays 0 where the log-probability is −∞.
            loss += weights[i] == 0 ? 0 : weights[i] * logProbs[i];
        }
        return new Gradient(loss, weights, terms);
    }
}
