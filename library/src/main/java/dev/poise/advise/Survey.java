package dev.poise.advise;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was measured of a data set under a reference policy.
///
/// Log-probabilities are in nats, averaged over an answer's tokens at temperature 1. The token that ends an answer is
/// left out on both sides, since files and models disagree about which it is.
///
/// @param setting how it was measured
/// @param counts what became of the rows
/// @param rows those that were measured, in the data's order
public record Survey(Setting setting, Counts counts, List<Row> rows) {

    public Survey {
        rows = List.copyOf(rows);
    }

    /// How it was measured.
    ///
    /// @param samples K, answers that the reference wrote to every prompt that it was asked
    /// @param maxNewTokens M, tokens after which its answers were cut
    /// @param seed of all draws, the resamples' included
    /// @param rewarded whether answers have rewards
    /// @param high the reward from which on an answer is a high one, where the user said so
    public record Setting(
            int samples,
            int maxNewTokens,
            long seed,
            boolean rewarded,
            @Nullable Double high) {}

    /// What became of the rows.
    ///
    /// @param read rows read
    /// @param pairs pairs among those that were measured
    /// @param same pairs left out because both answers are the same tokens
    /// @param left other rows left out: bad, too long, or with nothing to measure
    /// @param unasked rows whose prompts leave no room for M tokens
    /// @param labelled rows of one answer that is labelled desirable or not
    public record Counts(long read, long pairs, long same, long left, long unasked, long labelled) {}

    /// One row.
    ///
    /// @param index zero-based, of the row in its data
    /// @param line of its file
    /// @param answers of a pair the chosen one first; of a completion one; of a prompt none
    /// @param pair what tells the answers apart; null unless there are two
    /// @param own what the reference wrote itself; null where it was not asked
    public record Row(
            int index,
            long line,
            List<Answer> answers,
            @Nullable Pair pair,
            @Nullable Own own) {
        public Row {
            answers = List.copyOf(answers);
        }
    }

    /// An answer of the data.
    ///
    /// @param tokens of the whole of it
    /// @param logProb mean log π_ref a token over the whole
    /// @param characters of the text of its first M tokens, white space around it left out: one text can be written
    ///     in different tokens, and what a model draws is not always what a tokenizer makes of it
    /// @param cutLogProb mean log π_ref a token over the first M
    /// @param reward of the whole; null without a reward
    /// @param cutReward of its first M tokens' text; null without a reward
    public record Answer(
            int tokens,
            double logProb,
            int characters,
            double cutLogProb,
            @Nullable Double reward,
            @Nullable Double cutReward) {}

    /// What tells a pair's answers apart.
    ///
    /// @param editDistance tokens to change, by the longer answer's length, in [0, 1]
    /// @param sharedTokens tokens that both hold, by their mean length, in [0, 1]
    /// @param contradicted whether another row prefers the other of the two answers, written alike but for case,
    ///     space and punctuation
    /// @param parting the token where they part; null where they do not part at a trained token
    public record Pair(
            double editDistance,
            double sharedTokens,
            boolean contradicted,
            @Nullable Parting parting) {}

    /// What the reference says where the answers of a pair part.
    ///
    /// @param good probability of the chosen answer's next token
    /// @param bad probability of the rejected one's
    /// @param collision Σ p², of all next tokens
    public record Parting(double good, double bad, double collision) {}

    /// What the reference wrote itself, K answers.
    ///
    /// @param logProbs mean log π_ref a token of each
    /// @param characters of each, counted alike
    /// @param rewards of each; empty without a reward
    /// @param ended how many it ended itself
    public record Own(double[] logProbs, int[] characters, double[] rewards, int ended) {}

    /// Rows that the reference was asked.
    List<Row> asked() {
        return rows.stream().filter(row -> row.own() != null).toList();
    }

    /// What the reference wrote, of rows that it was asked.
    Stream<Own> own() {
        return rows.stream().flatMap(row -> Optional.ofNullable(row.own()).stream());
    }

    /// Rows with two answers.
    List<Row> pairs() {
        return rows.stream().filter(row -> row.pair() != null).toList();
    }

    /// All rewards that were seen, of the reference's own answers and of the data's first M tokens.
    double[] seen() {
        double[] own =
                own().flatMapToDouble(one -> Arrays.stream(one.rewards())).toArray();
        double[] given = rows.stream()
                .flatMap(row -> row.answers().stream())
                .flatMap(answer -> Optional.ofNullable(answer.cutReward()).stream())
                .mapToDouble(reward -> reward)
                .toArray();
        return Stream.of(own, given).flatMapToDouble(Arrays::stream).toArray();
    }
}
