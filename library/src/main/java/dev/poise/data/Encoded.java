package dev.poise.data;

import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import org.jspecify.annotations.Nullable;

/// One row as the model sees it.
public sealed interface Encoded {

    /// Where it was read.
    Source source();

    /// A preferred and a rejected sequence, each with its own loss mask.
    record Pair(Source source, TokenSequence chosen, TokenSequence rejected) implements Encoded {

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
