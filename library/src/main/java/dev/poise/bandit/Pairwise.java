package dev.poise.bandit;

import dev.poise.objective.PairwiseObjective;
import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;

/// A pairwise objective, such as DPO or IPO, on all pairs of answers to a state.
///
/// ```
/// L = (1/P) Σ ℓ(pair)      over P pairs
/// ```
///
/// @param objective ℓ; an answer counts as one token
/// @param threshold least difference of rewards in a pair; 0 for any
public record Pairwise(PairwiseObjective objective, double threshold) implements Method {

    public Pairwise {
        requireThreshold(threshold);
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] by = new double[round.size()];
        double[] loss = new double[1];
        int pairs = round.forPairs(threshold, (good, bad) -> {
            PairLoss term = objective.of(
                    new Pair(logProbs[good], logProbs[bad], round.reference()[good], round.reference()[bad], 1, 1));
            loss[0] += term.loss();
            by[good] += term.byGood();
            by[bad] += term.byBad();
        });
        for (int i = 0; i < by.length; i++) {
            by[i] /= Math.max(pairs, 1);
        }
        return new Gradient(loss[0] / Math.max(pairs, 1), by, pairs);
    }

    static void requireThreshold(double threshold) {
        if (!(threshold >= 0)) {
            throw new IllegalArgumentException("threshold must be at least 0, got " + threshold);
        }
    }
}
