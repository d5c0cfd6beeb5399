package dev.poise.advise;

import java.util.Arrays;

/// The best of N answers, expected of K that were drawn.
public final class BestOf {

    private BestOf() {}

    /// E[max of N draws], without bias, from K ≥ N draws: the mean of the largest value over all N-subsets,
    /// Σⱼ r₍ⱼ₎ C(j−1, N−1)/C(K, N) with r₍₁₎ ≤ … ≤ r₍ₖ₎. Of N = 1 it is the mean.
    ///
    /// A U-statistic of the sample maximum (Hoeffding 1948); with rewards of 0 and 1 it is the pass@k of Chen
    /// et al. 2021 (arXiv 2107.03374).
    ///
    /// @param rewards K values, finite
    /// @param n N, 1 to K
    public static double expected(double[] rewards, int n) {
        int k = rewards.length;
        if (n < 1 || n > k) {
            throw new IllegalArgumentException("N must be from 1 to the " + k + " draws, got " + n);
        }
        double[] sorted = rewards.clone();
        Arrays.sort(sorted);
        double weight = (double) n / k; // C(K − 1, N − 1)/C(K, N)
        double sum = 0;
        for (int j = k; j >= n; j--) {
            sum += weight * sorted[j - 1];
            weight *= j == 1 ? 0 : (double) (j - n) / (j - 1); // C(j − 2, N − 1)/C(j − 1, N − 1)
        }
        return sum;
    }
}
