package dev.poise.cli.bench;

import java.util.List;

/// What one side's sampling came to.
///
/// @param tokens the completions' token ids, in the order of the prompts, warm-up included
/// @param seconds of the batches after warm-up
/// @param usage what the process took of the machine
record Generated(List<List<Integer>> tokens, double seconds, Usage usage) {}
