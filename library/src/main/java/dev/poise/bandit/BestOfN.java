package dev.poise.bandit;

import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;
import dev.poise.objective.Unlikelihood;

/// Maximum likelihood on the best answer to each state, and on demand an explicit push against the others.
///
/// ```
/// NONE         L = −(1/S) Σ_s log π(y_best)
/// WORST        … + β log π(y_worst)
/// SUM          … + β Σ_{j ≠ best} log π(y_j)
/// AVERAGE      … + β/(N−1) Σ_{j ≠ best} log π(y_j)
/// COMPLEMENT   … − β Σ_{j ≠ best} log(1 − π(y_j))
/// ```
///
/// The first three pushes are unbounded: they go on as an answer's probability tends to 0. The last fades with it; its
/// slope is [Unlikelihood]'s. The released code's "constrained" kinds subtract log π_ref, which changes no gradient,
/// and are left out.
///
/// Source: arXiv 2404.14367; the pushes are those of its released code, β = 0.05 there.
///
/// @param push what is done to the others
/// @param beta β ≥ 0, how hard; not read without a push
public record BestOfN(Push push, double beta) implements Method {

    /// What is done to the answers that are not the best.
    public enum Push {
        /// Nothing.
        NONE,
        /// The worst is lowered.
        WORST,
        /// All are lowered, each as much as `beta` says.
        SUM,
        /// All are lowered, as much as `beta` says in all.
        AVERAGE,
        /// All are made unlikely.
        COMPLEMENT
    }

    public BestOfN {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("best-of-n: beta must be at least 0, got " + beta);
        }
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] by = new double[round.size()];
        double constant = 0; // what the loss has beyond Σ by log π
        for (int s = 0; s < round.states(); s++) {
            int best = round.best(s);
            by[best] -= 1;
            int others = round.samples() - 1;
            if (push == Push.WORST && others > 0) {
                by[round.worst(s)] += beta;
            }
            for (int j = s * round.samples(); j < (s + 1) * round.samples(); j++) {
                if (j != best) {
                    switch (push) {
                        case NONE, WORST -> {}
                        case SUM -> by[j] += beta;
                        case AVERAGE -> by[j] += beta / others;
                        case COMPLEMENT -> {
                            PairLoss term = new Unlikelihood(beta).of(new Pair(0, logProbs[j], 0, 0, 1, 1));
                            by[j] += term.byBad();
                            constant += term.loss() - term.byBad() * logProbs[j];
                        }
                    }
                }
            }
        }
        Gradient gradient = Means.over(round.states(), by, logProbs);
        return new Gradient(gradient.loss() + constant / round.states(), gradient.byLogProb(), gradient.terms());
    }
}
