package dev.poise.cli.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// Completions that both sides write alike, none of which ends before it has all its tokens.
///
/// @param model a directory that names no token that ends a sequence
/// @param prompts texts with their token ids, all of the same length
/// @param batch rows that run together
/// @param batches how many batches, warm-up included
/// @param warmup batches that are not timed
/// @param newTokens tokens a completion
/// @param random whether tokens are drawn at temperature 1; else the most likely is taken
/// @param threads of one operation
record SampleWork(
        Path model,
        List<Prompt> prompts,
        int batch,
        int batches,
        int warmup,
        int newTokens,
        boolean random,
        int threads) {

    /// A text and what it is in tokens.
    record Prompt(String text, int[] ids) {}

    /// The prompts of a batch; they come round again where they are fewer than all batches need.
    List<Prompt> batch(int index) {
        return IntStream.range(0, batch)
                .mapToObj(row -> prompts.get((index * batch + row) % prompts.size()))
                .toList();
    }

    /// Tokens that are timed.
    long timedTokens() {
        return (long) (batches - warmup) * batch * newTokens;
    }
}
