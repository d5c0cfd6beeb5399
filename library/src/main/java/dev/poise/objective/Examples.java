package dev.poise.objective;

import org.jspecify.annotations.Nullable;

/// What was measured of one side of a batch: a column an example, all columns equally long.
///
/// @param logProbs log π(y|x) of every example, nats, summed over its trained tokens
/// @param referenceLogProbs the same under the reference policy; null where the run has none
/// @param tokens |y|, the trained tokens of every example
public record Examples(double[] logProbs, double @Nullable [] referenceLogProbs, int[] tokens) {

    /// No examples.
    public static final Examples NONE = new Examples(new double[0], null, new int[0]);

    public Examples {
        if (tokens.length != logProbs.length) {
            throw new IllegalArgumentException(
                    "tokens must hold one count an example, got " + tokens.length + " for " + logProbs.length);
        }
        if (referenceLogProbs != null && referenceLogProbs.length != logProbs.length) {
            throw new IllegalArgumentException("referenceLogProbs must hold one value an example, got "
                    + referenceLogProbs.length + " for " + logProbs.length);
        }
    }

    /// How many examples.
    public int size() {
        return logProbs.length;
    }
}
