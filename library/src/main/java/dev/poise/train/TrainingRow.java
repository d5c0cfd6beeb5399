package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.tokenize.TokenSequence;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An encoded row and what the reference policy says of it.
///
/// @param encoded the row; every sequence of it holds at least one trained token
/// @param reference log π_ref(y|x) of each of its sequences, nats, summed over trained tokens; null without a
///     reference
/// @param referenceTokens the same token by token: `[sequence][token]`; null unless the objective tells tokens apart
/// @param mismatched the row's prompt with another row's completion; null unless the objective reads one
/// @param rollout what was noted of the row's one sequence when it was drawn; null unless the objective reads it
public record TrainingRow(
        Encoded encoded,
        double @Nullable [] reference,
        double @Nullable [][] referenceTokens,
        @Nullable Mismatched mismatched,
        @Nullable Rollout rollout) {

    /// A sequence as it was drawn.
    ///
    /// @param advantages of every trained token
    /// @param logProbs of every trained token under the policy before the round, nats
    /// @param ratioBaseline what log π − log π_ref of the sequence is held against, nats
    public record Rollout(double[] advantages, double[] logProbs, double ratioBaseline) {}

    /// A prompt with a completion that does not belong to it.
    ///
    /// @param sequence the tokens, the completion's trained
    /// @param reference log π_ref of the completion, nats, summed over trained tokens
    public record Mismatched(Encoded.Single sequence, double reference) {}

    public TrainingRow {
        // Else its log-probability would be an empty sum: a loss that looks well and trains nothing.
        if (sequences(encoded).stream().anyMatch(sequence -> sequence.trainedTokens() == 0)) {
            throw new IllegalArgumentException(
                    encoded.source() + ": every sequence must hold at least one trained token, got one without");
        }
    }

    /// A row that was not drawn.
    public TrainingRow(
            Encoded encoded,
            double @Nullable [] reference,
            double @Nullable [][] referenceTokens,
            @Nullable Mismatched mismatched) {
        this(encoded, reference, referenceTokens, mismatched, null);
    }

    /// A row of which the reference's sums are known.
    public TrainingRow(Encoded encoded, double @Nullable [] reference) {
        this(encoded, reference, null, null);
    }

    /// A row without a reference.
    public static TrainingRow of(Encoded encoded) {
        return new TrainingRow(encoded, null);
    }

    /// The sequences of a row: chosen and rejected, or the one.
    public static List<TokenSequence> sequences(Encoded encoded) {
        return switch (encoded) {
            case Encoded.Pair pair -> List.of(pair.chosen(), pair.rejected());
            case Encoded.Single single -> List.of(single.sequence());
        };
    }

    /// What stands before the first sequence's answer: token ids.
    static int[] prompt(Encoded encoded) {
        TokenSequence sequence = sequences(encoded).getFirst();
        return Arrays.copyOf(sequence.ids(), sequence.firstTrained());
    }

    /// Whether its first sequence is one to reward: so it is with all but undesirable answers.
    boolean isGood() {
        return !(encoded instanceof Encoded.Single single) || !Boolean.FALSE.equals(single.desirable());
    }

    /// By how much its chosen answer is better, as the data says; 0 where it says nothing.
    double margin() {
        return encoded instanceof Encoded.Pair pair && pair.margin() != null ? pair.margin() : 0;
    }

    /// Tokens the model reads, prompts counted for every sequence.
    static int tokens(Encoded encoded) {
        return sequences(encoded).stream().mapToInt(TokenSequence::length).sum();
    }
}
