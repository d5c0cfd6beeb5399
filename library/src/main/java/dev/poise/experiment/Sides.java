package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.monitor.Scored;
import dev.poise.tokenize.TokenSequence;
import dev.poise.train.TrainingRow;
import java.util.Arrays;
import java.util.List;

/// What a decoder says of both sides of held-out pairs.
///
/// @param chosen of every token of the chosen sides
/// @param rejected the same of the rejected ones
record Sides(TokenStatistics chosen, TokenStatistics rejected) {

    private static final int BATCH = 64;

    static Sides of(Decoder policy, List<Encoded> pairs) {
        return new Sides(measure(policy, pairs, 0), measure(policy, pairs, 1));
    }

    /// What a decoder says of some sequences, each by itself.
    static Scored scored(Decoder decoder, List<TokenSequence> sequences) {
        double[][][] columns = new double[4][sequences.size()][];
        for (int from = 0; from < sequences.size(); from += BATCH) {
            List<TokenSequence> some = sequences.subList(from, Math.min(from + BATCH, sequences.size()));
            TokenBatch batch = TokenBatch.of(some.stream().map(List::of).toList());
            TokenStatistics tokens = decoder.measure(batch);
            for (int i = 0; i < some.size(); i++) {
                int start = batch.offsets()[i];
                int end = batch.offsets()[i + 1];
                columns[0][from + i] = Arrays.copyOfRange(tokens.logProbs(), start, end);
                columns[1][from + i] = Arrays.copyOfRange(tokens.entropies(), start, end);
                columns[2][from + i] = Arrays.copyOfRange(tokens.topEntropies(), start, end);
                columns[3][from + i] = Arrays.copyOfRange(tokens.topMasses(), start, end);
            }
        }
        return new Scored(columns[0], columns[1], columns[2], columns[3], null);
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
