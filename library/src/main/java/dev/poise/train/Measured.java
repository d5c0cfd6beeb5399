package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.Encoded;
import dev.poise.model.Pass;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Need;
import dev.poise.objective.Rollouts;
import dev.poise.objective.TokenValues;
import dev.poise.objective.Totals;
import dev.poise.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the policy said of some rows, laid out as objectives read it.
///
/// @param rows the rows, all pairs or all single
/// @param needs what the objective reads
/// @param batch their tokens: of a pair, the chosen sequence and then the rejected; behind all rows, where they are
///     read, the prompts of the chosen
/// @param values what objectives read at each place that the batch reads, `[R]`: log-probabilities of trained tokens
///     or, of a reward model, scores of sequences
/// @param tokens statistics of every trained token; of nothing for a reward model, which has none
record Measured(List<TrainingRow> rows, Set<Need> needs, TokenBatch batch, double[] values, TokenStatistics tokens) {

    /// What a language model said.
    Measured(List<TrainingRow> rows, Set<Need> needs, TokenBatch batch, TokenStatistics tokens) {
        this(rows, needs, batch, tokens.logProbs(), tokens);
    }

    /// What a reward model said.
    Measured(List<TrainingRow> rows, Set<Need> needs, TokenBatch batch, double[] scores) {
        this(rows, needs, batch, scores, TokenStatistics.NONE);
    }

    /// What a policy says of some rows in a pass that can be walked back.
    static Measured of(List<TrainingRow> rows, Set<Need> needs, TokenBatch batch, Pass pass) {
        return needs.contains(Need.SCORES)
                ? new Measured(rows, needs, batch, pass.scores())
                : new Measured(rows, needs, batch, pass.measure(needs.contains(Need.COLLISIONS)));
    }

    /// The flat batch of some rows.
    static TokenBatch layOut(List<TrainingRow> rows, Set<Need> needs) {
        List<List<TokenSequence>> sequences =
                rows.stream().map(row -> TrainingRow.sequences(row.encoded())).toList();
        boolean single = sequences.getFirst().size() == 1;
        List<List<TokenSequence>> groups = new ArrayList<>(
                single ? TokenBatch.alike(sequences.stream().map(List::getFirst).toList()) : sequences);
        if (needs.contains(Need.PROMPTS)) {
            rows.forEach(row -> groups.add(
                    List.of(prompt(TrainingRow.sequences(row.encoded()).getFirst()))));
        }
        return needs.contains(Need.SCORES) ? TokenBatch.ofEnds(groups) : TokenBatch.of(groups);
    }

    /// What stands before an answer, every token of it trained that has a predecessor.
    private static TokenSequence prompt(TokenSequence sequence) {
        boolean[] trained = new boolean[sequence.firstTrained()];
        Arrays.fill(trained, 1, trained.length, true);
        return new TokenSequence(Arrays.copyOf(sequence.ids(), trained.length), trained);
    }

    /// The denominators of a step.
    static Totals totals(List<TrainingRow> rows) {
        List<TokenSequence> good = rows.stream()
                .filter(TrainingRow::isGood)
                .map(row -> TrainingRow.sequences(row.encoded()).getFirst())
                .toList();
        return new Totals(
                rows.size(),
                good.stream().mapToLong(TokenSequence::trainedTokens).sum(),
                good.stream()
                        .mapToLong(sequence -> sequence.firstTrained() - 1L)
                        .sum());
    }

    /// Whether the rows are pairs.
    boolean pairs() {
        return rows.getFirst().encoded() instanceof Encoded.Pair;
    }

    /// Whether a reward model gave them scores.
    boolean scored() {
        return needs.contains(Need.SCORES);
    }

    /// Whether good examples are set against bad ones.
    boolean compares() {
        return pairs() || needs.contains(Need.LABELS);
    }

    /// Good and bad examples as objectives read them.
    Batch examples() {
        Examples prompts = needs.contains(Need.PROMPTS) ? sums(prompts()) : Examples.NONE;
        return new Batch(side(good()), side(bad()), prompts, Examples.NONE, margins());
    }

    /// By how much the chosen answers are better, 0 where their rows do not say.
    private double[] margins() {
        return scored() ? rows.stream().mapToDouble(TrainingRow::margin).toArray() : new double[0];
    }

    /// What was said of every sequence: the sum of its log-probabilities, or its score.
    double[] sums() {
        return batch.sumBySequence(values);
    }

    /// Sequences to reward.
    int[] good() {
        return pairs()
                ? IntStream.range(0, rows.size()).map(i -> 2 * i).toArray()
                : IntStream.range(0, rows.size())
                        .filter(i -> rows.get(i).isGood())
                        .toArray();
    }

    /// Sequences to penalise.
    int[] bad() {
        return pairs()
                ? IntStream.range(0, rows.size()).map(i -> 2 * i + 1).toArray()
                : IntStream.range(0, rows.size())
                        .filter(i -> !rows.get(i).isGood())
                        .toArray();
    }

    private int[] prompts() {
        return IntStream.range(batch.sequences() - rows.size(), batch.sequences())
                .toArray();
    }

    private Examples sums(int[] sequences) {
        double[] sums = sums();
        return new Examples(
                Arrays.stream(sequences).mapToDouble(s -> sums[s]).toArray(),
                null,
                Arrays.stream(sequences).map(this::length).toArray());
    }

    private Examples side(int[] sequences) {
        Examples sums = sums(sequences);
        double @Nullable [] reference = rows.getFirst().reference() == null ? null : new double[sequences.length];
        for (int i = 0; i < sequences.length; i++) {
            double[] known = row(sequences[i]).reference();
            if (reference != null && known != null) {
                reference[i] = known[place(sequences[i])];
            }
        }
        return new Examples(sums.logProbs(), reference, sums.tokens(), values(sequences), rollouts(sequences));
    }

    private Rollouts rollouts(int[] sequences) {
        if (!needs.contains(Need.ROLLOUTS)) {
            return Rollouts.NONE;
        }
        List<TrainingRow.Rollout> drawn = Arrays.stream(sequences)
                .mapToObj(s -> requireNonNull(row(s).rollout(), "rollout"))
                .toList();
        return new Rollouts(
                drawn.stream().map(TrainingRow.Rollout::advantages).toArray(double[][]::new),
                drawn.stream().map(TrainingRow.Rollout::logProbs).toArray(double[][]::new),
                drawn.stream().mapToDouble(TrainingRow.Rollout::ratioBaseline).toArray());
    }

    private TokenValues values(int[] sequences) {
        if (!needs.contains(Need.TOKENS)) {
            return TokenValues.NONE;
        }
        double[][] reference = Arrays.stream(sequences)
                .mapToObj(s -> {
                    double[][] known = row(s).referenceTokens();
                    return known == null ? new double[0] : known[place(s)];
                })
                .toArray(double[][]::new);
        return new TokenValues(
                cut(tokens.logProbs(), sequences),
                needs.contains(Need.REFERENCE_TOKENS) ? reference : new double[0][],
                needs.contains(Need.COLLISIONS) ? cut(tokens.logCollisions(), sequences) : new double[0][],
                needs.contains(Need.SPREAD) ? cut(tokens.topEntropies(), sequences) : new double[0][],
                needs.contains(Need.SPREAD) ? cut(tokens.topMasses(), sequences) : new double[0][]);
    }

    private double[][] cut(double[] values, int[] sequences) {
        return Arrays.stream(sequences)
                .mapToObj(s -> Arrays.copyOfRange(values, batch.offsets()[s], batch.offsets()[s + 1]))
                .toArray(double[][]::new);
    }

    private TrainingRow row(int sequence) {
        return rows.get(pairs() ? sequence / 2 : sequence);
    }

    /// Which of its row's sequences it is.
    private int place(int sequence) {
        return pairs() ? sequence % 2 : 0;
    }

    private int length(int sequence) {
        return batch.offsets()[sequence + 1] - batch.offsets()[sequence];
    }

    /// Spreads the derivative by each sequence's sum over the tokens it sums, and adds each token's own, `[R]`.
    double[] byToken(Evaluation evaluation) {
        double[] byToken = new double[batch.targets().length];
        spread(good(), evaluation.byGood(), evaluation.byGoodTokens(), byToken);
        spread(bad(), evaluation.byBad(), evaluation.byBadTokens(), byToken);
        if (evaluation.byPrompts().length > 0) {
            spread(prompts(), evaluation.byPrompts(), new double[0][], byToken);
        }
        return byToken;
    }

    /// Walks a pass back with the derivatives of an evaluation.
    void walkBack(Pass pass, Evaluation evaluation) {
        if (evaluation.byGoodEntropy() == 0 && evaluation.byGoodMass() == 0) {
            pass.backward(byToken(evaluation));
            return;
        }
        pass.backward(byToken(evaluation), ofGood(evaluation.byGoodEntropy()), ofGood(evaluation.byGoodMass()));
    }

    /// A value for every trained token of the good examples, 0 for all others, `[R]`.
    private double[] ofGood(double value) {
        double[] values = new double[batch.targets().length];
        for (int sequence : good()) {
            Arrays.fill(values, batch.offsets()[sequence], batch.offsets()[sequence + 1], value);
        }
        return values;
    }

    private void spread(int[] sequences, double[] bySum, double[][] own, double[] byToken) {
        for (int i = 0; i < sequences.length; i++) {
            int start = batch.offsets()[sequences[i]];
            for (int t = 0; t < length(sequences[i]); t++) {
                byToken[start + t] = bySum[i] + (own.length == 0 ? 0 : own[i][t]);
            }
        }
    }
}
