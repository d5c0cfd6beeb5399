package dev.poise.objective;

/// The denominators of one optimiser step, counted over all its micro-batches before the first is measured.
///
/// Averages divide by these and never by what a micro-batch happens to hold, so that splitting a batch changes
/// nothing.
///
/// @param examples good examples (in a batch of pairs: the pairs)
/// @param tokens trained tokens of the good examples
public record Totals(long examples, long tokens) {}
