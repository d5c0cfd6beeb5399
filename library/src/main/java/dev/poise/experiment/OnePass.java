package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.model.Decoder;
import dev.poise.objective.Objective;
import dev.poise.train.AdamW;
import dev.poise.train.Likelihoods;
import dev.poise.train.TrainingRow;
import dev.poise.train.Tuner;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Tuning as the comparisons do it: one pass over the pairs in batches of 32, the learning rate falling linearly to 0,
/// AdamW without weight decay, gradients cut at a norm of 1.
///
/// @param rows pairs with their reference
/// @param seed of their order
record OnePass(List<TrainingRow> rows, long seed) {

    private static final int BATCH = 32;
    private static final int MICRO_BATCH_TOKENS = 8192;

    /// Pairs whose reference is the decoder that all start from.
    static OnePass over(List<Encoded> pairs, Decoder start, long seed) {
        double[][] reference = Likelihoods.summed(start, pairs, MICRO_BATCH_TOKENS, done -> {});
        List<TrainingRow> rows = IntStream.range(0, pairs.size())
                .mapToObj(i -> new TrainingRow(pairs.get(i), reference[i]))
                .toList();
        return new OnePass(rows, seed);
    }

    /// @param learningRate of the first step
    void tune(Decoder policy, Objective objective, double learningRate) {
        Tuner.Settings settings = new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 1.0, MICRO_BATCH_TOKENS);
        try (Tuner tuner = new Tuner(policy, objective, settings)) {
            int[] order = Shuffle.epoch(rows.size(), seed, 0);
            int steps = rows.size() / BATCH;
            for (int step = 0; step < steps; step++) {
                List<TrainingRow> batch = Arrays.stream(order, step * BATCH, (step + 1) * BATCH)
                        .mapToObj(rows::get)
                        .toList();
                tuner.step(batch, learningRate * (steps - step) / steps);
            }
        }
    }
}
