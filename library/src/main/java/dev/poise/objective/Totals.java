package dev.poise.objective;

/// The denominators of one optimiser step, counted over all its micro-batches before the first is measured.
///
/// Averages divide by these and never by what a micro-batch happens to hold, so that splitting a batch changes
/// nothing.
///
/// @param examples rows: pairs, demonstrations, or labelled examples of both kinds
/// @param tokens trained tokens of the good examples
/// @param promptTokens tokens of the good examples' prompts that have a predecessor; 0 where prompts are not read
public record Totals(long examples, long tokens, long promptTokens) {

    /// The denominators of a step whose prompts are not read.
    public Totals(long examples, long tokens) {
        this(examples, tokens, 0);
    }
}
