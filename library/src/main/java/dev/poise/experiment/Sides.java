package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.train.TrainingRow;
import java.util.Arrays;
import java.util.List;

/// What a decoder says of both sides of held-out pairs.
///
/// @param chosen of every token of the chosen sides
/// @param rejected the same of the rejected ones
record Sides(TokenStatistics chosen, TokenStatistics rejected) {

    static Sides of(Decoder policy, List<Encoded> pairs) {
        return new Sides(measure(policy, pairs, 0), measure(policy, pairs, 1));
    }

    private static TokenStatistics measure(Decoder policy, List<Encoded> pairs, int side) {
        return policy.measure(TokenBatch.of(pairs.stream()
                .map(pair -> List.of(TrainingRow.sequences(pair).get(side)))
                .toList()));
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
