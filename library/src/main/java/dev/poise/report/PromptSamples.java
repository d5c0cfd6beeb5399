package dev.poise.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was sampled for one prompt over the run.
///
/// @param prompt what was completed
/// @param completions in the order they were written
public record PromptSamples(String prompt, List<Completion> completions) {

    /// A completion.
    ///
    /// @param step optimiser steps taken before it was sampled
    /// @param text as sampled
    /// @param reward its reward; null where none was measured
    public record Completion(
            long step, String text, @Nullable Double reward) {}
}
