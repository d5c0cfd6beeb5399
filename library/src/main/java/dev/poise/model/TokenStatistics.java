package dev.poise.model;

/// What the head reads at every trained token, `[R]` each, in the order of the batch.
///
/// @param logProbs log π(y_t | x, y_<t), nats
/// @param entropies entropy of the whole next-token distribution, nats
/// @param meanLogits mean over the vocabulary of the raw logits
/// @param best the most likely token
public record TokenStatistics(double[] logProbs, double[] entropies, double[] meanLogits, int[] best) {

    static TokenStatistics ofSize(int rows) {
        return new TokenStatistics(new double[rows], new double[rows], new double[rows], new int[rows]);
    }

    void fill(int from, double[] logProb, double[] entropy, double[] meanLogit, int[] mostLikely) {
        System.arraycopy(logProb, 0, logProbs, from, logProb.length);
        System.arraycopy(entropy, 0, entropies, from, entropy.length);
        System.arraycopy(meanLogit, 0, meanLogits, from, meanLogit.length);
        System.arraycopy(mostLikely, 0, best, from, mostLikely.length);
    }
}
