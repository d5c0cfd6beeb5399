package dev.poise.train;

import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;

/// Metrics of measured rows under TRL's names.
///
/// `logps/*` are means over pairs of the log-probability summed over completion tokens. `rewards/*` are β (log π −
/// log π_ref), summed; without a reference the second term is left out. `rewards/accuracies` counts strictly greater
/// rewards, so it is near 0 and not 1/2 while policy and reference are equal. `logits/*` are means over completion
/// tokens of the mean over the vocabulary. `entropy` is over all completion tokens, nats; `mean_token_accuracy` over
/// those of the good examples.
final class StepMetrics {

    private StepMetrics() {}

    /// Adds what a micro-batch shows to running averages.
    ///
    /// @param rewardScale β of the rewards
    static void add(Averages averages, Measured measured, Evaluation evaluation, long examples, double rewardScale) {
        int rows = measured.rows().size();
        // The evaluation holds this micro-batch's share of the step's mean: times the step's examples it is a sum.
        averages.add("loss", evaluation.loss() * (double) examples, rows);
        if (measured.pairs()) {
            addPairs(averages, measured.examples(), rewardScale);
        }
        addTokens(averages, measured);
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

    /// β (log π − log π_ref) of one example.
    private static double reward(Examples examples, int i, double scale) {
        double[] reference = examples.referenceLogProbs();
        return scale * (examples.logProbs()[i] - (reference == null ? 0 : reference[i]));
    }

    private static void addTokens(Averages averages, Measured measured) {
        TokenBatch batch = measured.batch();
        TokenStatistics tokens = measured.tokens();
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            boolean good = !measured.pairs() || sequence % 2 == 0;
            for (int r = batch.offsets()[sequence]; r < batch.offsets()[sequence + 1]; r++) {
                averages.add("entropy", tokens.entropies()[r], 1);
                if (measured.pairs()) {
                    averages.add(good ? "logits/chosen" : "logits/rejected", tokens.meanLogits()[r], 1);
                }
                if (good) {
                    averages.add("mean_token_accuracy", tokens.best()[r] == batch.targets()[r] ? 1 : 0, 1);
                }
            }
        }
    }
}
