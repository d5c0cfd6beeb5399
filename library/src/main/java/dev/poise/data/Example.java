package dev.poise.data;

import org.jspecify.annotations.Nullable;

/// One row of a data file, still as text.
public sealed interface Example extends Row {

    /// Two answers, one preferred. Both sides have a prompt of their own, P(y⁺|x⁺) and P(y⁻|x⁻); usually it is the
    /// same.
    ///
    /// @param margin by how much the preferred one is better, as the row's column `margin` has it; null without one
    record Pair(
            Source source,
            Content promptOfChosen,
            Content chosen,
            Content promptOfRejected,
            Content rejected,
            @Nullable Double margin)
            implements Example {

        /// A pair whose row has no margin.
        public Pair(Source source, Content promptOfChosen, Content chosen, Content promptOfRejected, Content rejected) {
            this(source, promptOfChosen, chosen, promptOfRejected, rejected, null);
        }

        /// The same with a margin.
        Pair withMargin(@Nullable Double other) {
            return new Pair(source, promptOfChosen, chosen, promptOfRejected, rejected, other);
        }
    }

    /// A prompt and one answer.
    ///
    /// @param desirable the label of unpaired preference data; null where the row carries none
    record Completion(
            Source source,
            Content prompt,
            Content completion,
            @Nullable Boolean desirable) implements Example {}

    /// Text without a prompt: every token is trained (of a conversation: the assistant's turns).
    record Plain(Source source, Content text) implements Example {}

    /// A prompt to sample from.
    record Prompt(Source source, Content prompt) implements Example {}
}
