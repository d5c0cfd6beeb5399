package dev.poise.data;

import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import org.jspecify.annotations.Nullable;

/// One row as the model sees it.
public sealed interface Encoded {

    /// Where it was read.
    Source source();

    /// A preferred and a rejected sequence, each with its own loss mask.
    ///
    /// @param margin by how much the preferred one is better, finite: what a reward model is asked to tell them
    ///     apart by at least; null where the row has none
    record Pair(
            Source source,
            TokenSequence chosen,
            TokenSequence rejected,
            @Nullable Double margin) implements Encoded {

        /// A pair without a margin.
        public Pair(Source source, TokenSequence chosen, TokenSequence rejected) {
            this(source, chosen, rejected, null);
        }

        /// How many tokens both sides share from the start.
        public int sharedPrefix() {
            return SequenceTokenizer.commonPrefix(chosen.ids(), rejected.ids());
        }
    }

    /// One sequence.
    ///
    /// @param desirable the label of unpaired preference data; null where there is none
    record Single(
            Source source, TokenSequence sequence, @Nullable Boolean desirable) implements Encoded {}
}
