package dev.poise.data;

import org.jspecify.annotations.Nullable;

/// One row of a data file, still as text.
public sealed interface Example extends Row {

    /// Two answers, one preferred. Both sides have a prompt of their own, P(y⁺|x⁺) and P(y⁻|x⁻); usually it is the
    /// same.
    record Pair(Source source, Content promptOfChosen, Content chosen, Content promptOfRejected, Content rejected)
            implements Example {}

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
