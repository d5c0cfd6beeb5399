package dev.poise.cli.bench;

import java.util.List;
import java.util.OptionalLong;

/// What one side's sampling came to.
///
/// @param tokens the completions' token ids, in the order of the prompts, warm-up included
/// @param seconds of the batches after warm-up
/// @param peakBytes the most memory that was resident
record Generated(List<List<Integer>> tokens, double seconds, OptionalLong peakBytes) {}
