package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Need;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

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
        measureAll(decoder, rows, microBatchTokens, progress, (measured, row, i) -> {
            double[] bySequence =
                    measured.batch().sumBySequence(measured.tokens().logProbs());
            int perRow = bySequence.length / measured.rows().size();
            sums[row] = Arrays.copyOfRange(bySequence, i * perRow, (i + 1) * perRow);
        });
        return sums;
    }

    /// log π(y_t|x, y_<t) of every trained token of every sequence of every row, nats: `[row][sequence][token]`.
    ///
    /// @param microBatchTokens tokens of one forward pass
    /// @param progress told how many rows are done, after each forward pass
    public static double[][][] byToken(
            Decoder decoder, List<? extends Encoded> rows, int microBatchTokens, IntConsumer progress) {
        double[][][] values = new double[rows.size()][][];
        measureAll(decoder, rows, microBatchTokens, progress, (measured, row, i) -> {
            TokenBatch batch = measured.batch();
            int perRow = batch.sequences() / measured.rows().size();
            values[row] = IntStream.range(i * perRow, (i + 1) * perRow)
                    .mapToObj(s -> Arrays.copyOfRange(
                            measured.tokens().logProbs(), batch.offsets()[s], batch.offsets()[s + 1]))
                    .toArray(double[][]::new);
        });
        return values;
    }

    /// Told what was measured of one row.
    interface Sink {

        /// Hears of one row.
        ///
        /// @param row its index among all rows
        /// @param i its index in its micro-batch
        void accept(Measured measured, int row, int i);
    }

    /// Measures rows in micro-batches, those of similar length together.
    static void measureAll(
            Decoder decoder, List<? extends Encoded> rows, int microBatchTokens, IntConsumer progress, Sink sink) {
        int stretch = 1024; // rows looked at together, so that rows of similar length share a forward pass
        for (int from = 0; from < rows.size(); from += stretch) {
            List<? extends Encoded> some = rows.subList(from, Math.min(from + stretch, rows.size()));
            int done = from;
            for (int[] micro : MicroBatches.of(some, microBatchTokens)) {
                List<TrainingRow> batch = Arrays.stream(micro)
                        .mapToObj(i -> TrainingRow.of(some.get(i)))
                        .toList();
                Measured measured = measure(decoder, batch, EnumSet.noneOf(Need.class));
                for (int i = 0; i < micro.length; i++) {
                    sink.accept(measured, from + micro[i], i);
                }
                done += micro.length;
                progress.accept(done);
            }
        }
    }

    /// What a policy says of some rows, all pairs or all single.
    static Measured measure(Decoder decoder, List<TrainingRow> rows, Set<Need> needs) {
        TokenBatch batch = Measured.layOut(rows, needs);
        return needs.contains(Need.SCORES)
                ? new Measured(rows, needs, batch, decoder.scores(batch))
                : new Measured(rows, needs, batch, decoder.measure(batch, needs.contains(Need.COLLISIONS)));
    }
}
