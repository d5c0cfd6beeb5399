package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// Log-probabilities of encoded rows under a policy.
public final class Likelihoods {

    private Likelihoods() {}

    /// log π(y|x) of every sequence of every row, nats, summed over trained tokens: `[row][sequence]`.
    ///
    /// @param microBatchTokens tokens of one forward pass
    /// @param progress told how many rows are done, after each forward pass
    public static double[][] summed(
            Decoder decoder, List<? extends Encoded> rows, int microBatchTokens, IntConsumer progress) {
        double[][] sums = new double[rows.size()][];
        int stretch = 1024; // rows looked at together, so that rows of similar length share a forward pass
        for (int from = 0; from < rows.size(); from += stretch) {
            List<? extends Encoded> some = rows.subList(from, Math.min(from + stretch, rows.size()));
            int[] lengths = some.stream().mapToInt(TrainingRow::tokens).toArray();
            int done = from;
            for (int[] micro : MicroBatches.split(lengths, microBatchTokens)) {
                List<TrainingRow> batch = Arrays.stream(micro)
                        .mapToObj(i -> TrainingRow.of(some.get(i)))
                        .toList();
                Measured measured = measure(decoder, batch);
                double[] bySequence =
                        measured.batch().sumBySequence(measured.tokens().logProbs());
                int perRow = bySequence.length / micro.length;
                for (int i = 0; i < micro.length; i++) {
                    sums[from + micro[i]] = Arrays.copyOfRange(bySequence, i * perRow, (i + 1) * perRow);
                }
                done += micro.length;
                progress.accept(done);
            }
        }
        return sums;
    }

    /// What a policy says of some rows, all pairs or all single.
    static Measured measure(Decoder decoder, List<TrainingRow> rows) {
        TokenBatch batch = Measured.layOut(rows);
        return new Measured(rows, batch, decoder.measure(batch));
    }
}
