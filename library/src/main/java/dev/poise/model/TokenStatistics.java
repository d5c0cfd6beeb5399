package dev.poise.model;

/// What the head reads at every trained token, `[R]` each, in the order of the batch.
///
/// The top-k statistics are those of arXiv 2410.11677, section 3.1, with k = [Head#TOP] unless another was
/// asked for (or the whole vocabulary where it is smaller).
///
/// @param logProbs log π(y_t | x, y_<t), nats
/// @param entropies entropy of the whole next-token distribution, nats
/// @param meanLogits mean over the vocabulary of the raw logits
/// @param best the most likely token
/// @param topMasses Σ of the k largest probabilities, in (0, 1]
/// @param topEntropies entropy of the k largest probabilities renormalised to 1, bits, at most log₂ k
/// @param logCollisions log Σᵥ p(v)² of the next-token distribution, nats; empty where it was not asked for
public record TokenStatistics(
        double[] logProbs,
        double[] entropies,
        double[] meanLogits,
        int[] best,
        double[] topMasses,
        double[] topEntropies,
        double[] logCollisions) {

    /// Statistics of no tokens.
    public static final TokenStatistics NONE = ofSize(0, false);

    /// @param collisions whether collision probabilities will be filled in
    static TokenStatistics ofSize(int rows, boolean collisions) {
        return new TokenStatistics(
                new double[rows],
                new double[rows],
                new double[rows],
                new int[rows],
                new double[rows],
                new double[rows],
                new double[collisions ? rows : 0]);
    }

    /// Statistics of some rows, the top-k ones from the k largest probabilities of each.
    static TokenStatistics of(
            double[] logProbs,
            double[] entropies,
            double[] meanLogits,
            int[] best,
            double[] topProbs,
            double[] logCollisions) {
        int rows = logProbs.length;
        int k = topProbs.length / rows;
        double[] masses = new double[rows];
        double[] topEntropies = new double[rows];
        for (int row = 0; row < rows; row++) {
            double mass = 0;
            double weighted = 0;
            for (int i = row * k; i < (row + 1) * k; i++) {
                mass += topProbs[i];
                weighted += topProbs[i] > 0 ? topProbs[i] * Math.log(topProbs[i]) : 0;
            }
            masses[row] = Math.min(1, mass);
            // H = log M − Σ p log p / M
            topEntropies[row] = Math.max(0, (Math.log(mass) - weighted / mass) / Math.log(2));
        }
        return new TokenStatistics(logProbs, entropies, meanLogits, best, masses, topEntropies, logCollisions);
    }

    void fill(int from, TokenStatistics part) {
        System.arraycopy(part.logProbs, 0, logProbs, from, part.logProbs.length);
        System.arraycopy(part.entropies, 0, entropies, from, part.entropies.length);
        System.arraycopy(part.meanLogits, 0, meanLogits, from, part.meanLogits.length);
        System.arraycopy(part.best, 0, best, from, part.best.length);
        System.arraycopy(part.topMasses, 0, topMasses, from, part.topMasses.length);
        System.arraycopy(part.topEntropies, 0, topEntropies, from, part.topEntropies.length);
        System.arraycopy(
                part.logCollisions, 0, logCollisions, Math.min(from, logCollisions.length), part.logCollisions.length);
    }
}
