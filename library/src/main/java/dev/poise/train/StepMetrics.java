package dev.poise.train;

import dev.poise.evaluate.Interval;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import java.util.Arrays;
import java.util.SequencedMap;

/// Metrics of measured rows under TRL's names.
///
/// `logps/*` are means over examples of the log-probability summed over completion tokens. `rewards/*` are β (log
/// π − log π_ref), summed; without a reference the second term is left out. `rewards/accuracies` counts strictly
/// greater rewards, so it is near 0 and not 1/2 while policy and reference are equal; it needs pairs. `logits/*`
/// are means over completion tokens of the mean over the vocabulary. `entropy` is over all completion tokens,
/// nats; `mean_token_accuracy` over those of the good examples. `kl` is KTO's point of indifference.
///
/// Of a reward model, under the names of TRL's `RewardTrainer`: `accuracy` is the share of pairs whose chosen answer
/// has the strictly higher score, `margin` the mean difference of a pair's scores (what the data asks for not taken
/// off), `mean_reward` the mean over all answers, `min_reward` and `max_reward` the means over steps of a step's
/// lowest and highest score (TRL's are of micro-batches). An evaluation adds the ends of the accuracy's interval.
///
/// Of sampled completions `importance_ratio` is the mean over tokens of π/π_old and `staleness` that of
/// |log π − log π_old|, nats: exactly 1 and 0 at the first step on a round.
///
/// Of our own: `weights/chosen` and `weights/rejected` are means of w⁺ and w⁻, of one example's loss by its summed
/// log-probability, negative where the step lowers the good or raises the bad; `weights/max` is the mean over
/// steps of a step's largest size; `weights/vanished` the share of examples whose weight is below 10⁻¹² in size:
/// learnt by a hinge, or underflown.
final class StepMetrics {

    /// A weight that counts as none: against 1 it is below what a step in float32 can show.
    private static final double VANISHED = 1e-12;

    private StepMetrics() {}

    /// Adds what a micro-batch shows to running averages.
    ///
    /// @param batch its examples, as the objective read them
    /// @param evaluation the derivatives by them
    /// @param examples of the whole step
    /// @param rewardScale β of the rewards
    static void add(
            Averages averages,
            Measured measured,
            Batch batch,
            Evaluation evaluation,
            long examples,
            double rewardScale) {
        if (measured.compares()) {
            if (measured.scored()) {
                addScores(averages, batch);
            } else if (measured.pairs()) {
                addPairs(averages, batch, rewardScale);
            } else {
                addSide(averages, "chosen", batch.good(), rewardScale);
                addSide(averages, "rejected", batch.bad(), rewardScale);
            }
            addWeights(averages, "weights/chosen", evaluation.byGood(), evaluation.byGoodTokens(), -(double) examples);
            addWeights(averages, "weights/rejected", evaluation.byBad(), evaluation.byBadTokens(), (double) examples);
        }
        if (!measured.scored()) {
            addTokens(averages, measured);
        }
        addRatios(averages, batch.good());
    }

    /// How far the policy has moved from the one that wrote its samples, token by token.
    private static void addRatios(Averages averages, Examples drawn) {
        for (int i = 0; i < drawn.rollouts().logProbs().length; i++) {
            double[] old = drawn.rollouts().logProbs()[i];
            for (int t = 0; t < old.length; t++) {
                double moved = drawn.byToken().logProbs()[i][t] - old[t];
                averages.add("importance_ratio", Math.exp(moved), 1);
                averages.add("staleness", Math.abs(moved), 1);
            }
        }
    }

    /// The largest size of a weight, of one example's loss by one log-probability.
    static double largestWeight(Evaluation evaluation, long examples) {
        return examples
                * Math.max(
                        largest(evaluation.byGood(), evaluation.byGoodTokens()),
                        largest(evaluation.byBad(), evaluation.byBadTokens()));
    }

    private static double largest(double[] bySum, double[][] byToken) {
        double largest = 0;
        for (int i = 0; i < bySum.length; i++) {
            double sum = bySum[i];
            largest = Math.max(
                    largest,
                    byToken.length == 0
                            ? Math.abs(sum)
                            : Arrays.stream(byToken[i])
                                    .map(own -> Math.abs(sum + own))
                                    .max()
                                    .orElse(0));
        }
        return largest;
    }

    /// Means with the margin of unpaired examples, which is a difference of two means.
    static SequencedMap<String, Double> means(Averages averages) {
        SequencedMap<String, Double> means = averages.means();
        Double chosen = means.get("rewards/chosen");
        Double rejected = means.get("rewards/rejected");
        if (chosen != null && rejected != null) {
            means.putIfAbsent("rewards/margins", chosen - rejected);
        }
        return means;
    }

    /// Means of an evaluation; of an accuracy also the ends of Wilson's interval at 95 %.
    static SequencedMap<String, Double> evaluation(Averages averages) {
        SequencedMap<String, Double> means = means(averages);
        Averages.Sum right = averages.sums().get("accuracy");
        if (right != null) {
            Interval interval = Interval.wilson(Math.round(right.total()), Math.round(right.count()));
            means.put("accuracy_low", interval.low());
            means.put("accuracy_high", interval.high());
        }
        return means;
    }

    private static void addScores(Averages averages, Batch batch) {
        for (int i = 0; i < batch.pairs(); i++) {
            double chosen = batch.good().logProbs()[i];
            double rejected = batch.bad().logProbs()[i];
            averages.add("accuracy", chosen > rejected ? 1 : 0, 1);
            averages.add("margin", chosen - rejected, 1);
            averages.add("mean_reward", chosen + rejected, 2);
        }
    }

    private static void addPairs(Averages averages, Batch batch, double scale) {
        for (int i = 0; i < batch.pairs(); i++) {
            double chosen = reward(batch.good(), i, scale);
            double rejected = reward(batch.bad(), i, scale);
            averages.add("logps/chosen", batch.good().logProbs()[i], 1);
            averages.add("logps/rejected", batch.bad().logProbs()[i], 1);
            averages.add("rewards/chosen", chosen, 1);
            averages.add("rewards/rejected", rejected, 1);
            averages.add("rewards/margins", chosen - rejected, 1);
            averages.add("rewards/accuracies", chosen > rejected ? 1 : 0, 1);
        }
    }

    private static void addSide(Averages averages, String side, Examples examples, double scale) {
        for (int i = 0; i < examples.size(); i++) {
            averages.add("logps/" + side, examples.logProbs()[i], 1);
            averages.add("rewards/" + side, reward(examples, i, scale), 1);
        }
    }

    /// An example's weight is that of its sum and the mean of its tokens' own.
    private static void addWeights(Averages averages, String name, double[] bySum, double[][] byToken, double scale) {
        for (int i = 0; i < bySum.length; i++) {
            double own = byToken.length == 0
                    ? 0
                    : Arrays.stream(byToken[i]).average().orElse(0);
            double weight = scale * (bySum[i] + own);
            averages.add(name, weight, 1);
            averages.add("weights/vanished", Math.abs(weight) < VANISHED ? 1 : 0, 1);
        }
    }

    /// β (log π − log π_ref) of one example.
    private static double reward(Examples examples, int i, double scale) {
        double[] reference = examples.referenceLogProbs();
        return scale * (examples.logProbs()[i] - (reference == null ? 0 : reference[i]));
    }

    private static void addTokens(Averages averages, Measured measured) {
        addTokens(averages, measured, measured.good(), true);
        addTokens(averages, measured, measured.bad(), false);
    }

    private static void addTokens(Averages averages, Measured measured, int[] sequences, boolean good) {
        TokenBatch batch = measured.batch();
        TokenStatistics tokens = measured.tokens();
        for (int sequence : sequences) {
            for (int r = batch.offsets()[sequence]; r < batch.offsets()[sequence + 1]; r++) {
                averages.add("entropy", tokens.entropies()[r], 1);
                if (measured.compares()) {
                    averages.add(good ? "logits/chosen" : "logits/rejected", tokens.meanLogits()[r], 1);
                }
                if (good) {
                    averages.add("mean_token_accuracy", tokens.best()[r] == batch.targets()[r] ? 1 : 0, 1);
                }
            }
        }
    }
}
