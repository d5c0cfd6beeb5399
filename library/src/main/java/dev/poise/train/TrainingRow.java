package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.tokenize.TokenSequence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An encoded row and what the reference policy says of it.
///
/// @param encoded the row; every sequence of it holds at least one trained token
/// @param reference log π_ref(y|x) of each of its sequences, nats, summed over trained tokens; null without a
///     reference
public record TrainingRow(Encoded encoded, double @Nullable [] reference) {

    public TrainingRow {
        // Else its log-probability would be an empty sum: a loss that looks well and trains nothing.
        if (sequences(encoded).stream().anyMatch(sequence -> sequence.trainedTokens() == 0)) {
            throw new IllegalArgumentException(
                    encoded.source() + ": every sequence must hold at least one trained token, got one without");
        }
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

    /// Tokens the model reads, prompts counted for every sequence.
    static int tokens(Encoded encoded) {
        return sequences(encoded).stream().mapToInt(TokenSequence::length).sum();
    }
}
