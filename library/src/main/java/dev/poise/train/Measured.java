package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Totals;
import dev.poise.tokenize.TokenSequence;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the policy said of some rows, laid out as objectives read it.
///
/// @param rows the rows, all pairs or all single
/// @param batch their tokens: of a pair, the chosen sequence and then the rejected
/// @param tokens statistics of every trained token
record Measured(List<TrainingRow> rows, TokenBatch batch, TokenStatistics tokens) {

    /// The flat batch of some rows.
    static TokenBatch layOut(List<TrainingRow> rows) {
        return TokenBatch.of(
                rows.stream().map(row -> TrainingRow.sequences(row.encoded())).toList());
    }

    /// The denominators of a step.
    static Totals totals(List<TrainingRow> rows) {
        long tokens = rows.stream()
                .map(row -> TrainingRow.sequences(row.encoded()).getFirst())
                .mapToLong(TokenSequence::trainedTokens)
                .sum();
        return new Totals(rows.size(), tokens);
    }

    /// Whether the rows are pairs.
    boolean pairs() {
        return rows.getFirst().encoded() instanceof Encoded.Pair;
    }

    /// Good and bad examples as objectives read them.
    Batch examples() {
        return pairs() ? new Batch(side(0, 2), side(1, 2)) : new Batch(side(0, 1), Examples.NONE);
    }

    private Examples side(int first, int stride) {
        double[] sums = batch.sumBySequence(tokens.logProbs());
        double[] logProbs = new double[rows.size()];
        int[] lengths = new int[rows.size()];
        double @Nullable [] reference = rows.getFirst().reference() == null ? null : new double[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            int sequence = first + stride * i;
            logProbs[i] = sums[sequence];
            lengths[i] = batch.offsets()[sequence + 1] - batch.offsets()[sequence];
            double[] known = rows.get(i).reference();
            if (reference != null && known != null) {
                reference[i] = known[first];
            }
        }
        return new Examples(logProbs, reference, lengths);
    }

    /// Spreads the derivative by each sequence's sum over the tokens it sums, `[R]`.
    double[] byToken(Evaluation evaluation) {
        double[] byToken = new double[batch.targets().length];
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            double derivative;
            if (pairs()) {
                derivative = (sequence % 2 == 0 ? evaluation.byGood() : evaluation.byBad())[sequence / 2];
            } else {
                derivative = evaluation.byGood()[sequence];
            }
            Arrays.fill(byToken, batch.offsets()[sequence], batch.offsets()[sequence + 1], derivative);
        }
        return byToken;
    }
}
