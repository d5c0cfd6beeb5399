package dev.poise.bandit;

/// Pref-FT: maximum likelihood on the better answer of every pair.
///
/// ```
/// L = −(1/P) Σ log π(y⁺|x)      over P pairs
/// ```
///
/// Source: arXiv 2404.14367, Pref-FT; AlpacaFarm's Binary FeedMe is the same idea.
///
/// @param threshold least difference of rewards in a pair; 0 for any
public record PreferredOnly(double threshold) implements Method {

    public PreferredOnly {
        Pairwise.requireThreshold(threshold);
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] by = new double[round.size()];
        int pairs = round.forPairs(threshold, (good, _) -> by[good] -= 1);
        return Means.over(pairs, by, logProbs);
    }
}
