package dev.poise.bandit;

import java.util.Arrays;

/// ReST: maximum likelihood on the answers of a round whose reward is high enough.
///
/// ```
/// L = −(1/K) Σ log π(y|x)      over the K answers with r ≥ the round's (1 − keep) quantile
/// ```
///
/// Source: Gulcehre et al. 2023 (<https://arxiv.org/abs/2308.08998>): grow a set of samples, then improve on those
/// above a threshold that rises. That the threshold is a quantile of the round, and so rises with the policy, is our
/// reading.
///
/// @param keep share of a round's answers that is kept, in (0, 1]; equal rewards stay together
public record Filtered(double keep) implements Method {

    public Filtered {
        if (!(keep > 0 && keep <= 1)) {
            throw new IllegalArgumentException("rest: keep must be in (0, 1], got " + keep);
        }
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] sorted = round.rewards().clone();
        Arrays.sort(sorted);
        int kept = Math.clamp((long) Math.ceil(keep * sorted.length), 1, sorted.length);
        double threshold = sorted[sorted.length - kept];
        double[] by = new double[round.size()];
        int count = 0;
        for (int i = 0; i < by.length; i++) {
            if (round.rewards()[i] >= threshold) {
                by[i] = -1;
                count++;
            }
        }
        return Means.over(count, by, logProbs);
    }
}
