package dev.poise.gradient;

import dev.poise.data.Encoded;
import dev.poise.model.TokenBatch;
import dev.poise.tokenize.TokenSequence;
import java.util.List;
import java.util.stream.IntStream;

/// A pair, and what the reference policy says of it.
///
/// @param index zero-based, of the row in its data set
/// @param encoded both sequences, each with at least one trained token
/// @param reference what the reference policy says of the answers
public record PairRow(int index, Encoded.Pair encoded, Reference reference) {

    /// What the reference policy says of a pair's answers.
    public sealed interface Reference {

        /// There is none.
        record None() implements Reference {}

        /// What the policy itself says: as at the first step of a run that starts from its reference.
        record Policy() implements Reference {}

        /// Measured before.
        ///
        /// @param good log π_ref of every trained token of the chosen answer, nats; their sum is all
        ///     that is read unless the objective tells tokens apart
        /// @param bad the same of the rejected one
        record Known(double[] good, double[] bad) implements Reference {}
    }

    public PairRow {
        if (encoded.chosen().trainedTokens() == 0 || encoded.rejected().trainedTokens() == 0) {
            throw new IllegalArgumentException(
                    encoded.source() + ": both sequences must hold at least one trained token, got one without");
        }
    }

    /// The pair as a batch of its own: the chosen sequence, then the rejected.
    TokenBatch batch() {
        return TokenBatch.of(List.of(List.of(encoded.chosen(), encoded.rejected())));
    }

    /// What the answers' tokens have in common.
    Similarity similarity() {
        return Similarity.of(answer(encoded.chosen()), answer(encoded.rejected()));
    }

    /// Trained tokens of a sequence.
    static int[] answer(TokenSequence sequence) {
        return positions(sequence).map(t -> sequence.ids()[t]).toArray();
    }

    /// Where the trained tokens of a sequence stand.
    static IntStream positions(TokenSequence sequence) {
        return IntStream.range(0, sequence.length()).filter(t -> sequence.trained()[t]);
    }
}
