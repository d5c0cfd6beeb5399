package dev.poise.gradient;

import dev.poise.gradient.Weights.Answers;

/// What objectives read of a pair.
///
/// @param answers sums and lengths
/// @param tokens log p of every trained token, nats, of the chosen answer and of the rejected; no rows where it was
///     not measured
/// @param reference the same under the reference policy
/// @param collisions log Σ p² of the next-token distribution at every trained token
record PairReading(Answers answers, double[][] tokens, double[][] reference, double[][] collisions) {

    private static final double[][] NOTHING = new double[0][];

    /// A pair of which only sums are known.
    static PairReading of(Answers answers) {
        return new PairReading(answers, NOTHING, NOTHING, NOTHING);
    }
}
