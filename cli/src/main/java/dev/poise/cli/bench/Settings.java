package dev.poise.cli.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a benchmark is asked for.
///
/// @param launcher the program `poise`
/// @param python of the peer's virtual environment; null for Poise's side alone
/// @param model directory of the large model; null for a fresh one
/// @param tokenizer directory of a fresh large model's tokenizer; null for one of made-up words
/// @param pairs preference data in any shape; null for made-up pairs
/// @param smallModel directory of the small model to sample from; null for a fresh one
/// @param rounds how often each side has its turn
/// @param steps timed optimiser steps a turn
/// @param batches timed batches of completions a turn
/// @param warmup steps or batches before those, at least 1
/// @param threads of one operation; 0 for one a core
public record Settings(
        Path launcher,
        @Nullable Path python,
        @Nullable Path model,
        @Nullable Path tokenizer,
        @Nullable Path pairs,
        @Nullable Path smallModel,
        int rounds,
        int steps,
        int batches,
        int warmup,
        int threads) {

    /// Pairs a step, as in the field's smallest runs on a CPU.
    static final int BATCH = 4;

    static final int MAX_TOKENS = 512;

    public Settings {
        atLeastOne("rounds", rounds);
        atLeastOne("steps", steps);
        atLeastOne("batches", batches);
        atLeastOne("warm-up", warmup);
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be at least 0, got " + threads);
        }
        if ((pairs == null) != (model == null && tokenizer == null)) {
            throw new IllegalArgumentException("pairs must be given together with a model or a tokenizer, since made-up"
                    + " words are no real model's, and real texts are none of made-up words");
        }
        if (model != null && tokenizer != null) {
            throw new IllegalArgumentException("a model and a tokenizer cannot both be given: a model has its own");
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, got " + value);
        }
    }

    /// Threads of one operation, on both sides.
    int threadsInUse() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    /// All optimiser steps a turn.
    int allSteps() {
        return warmup + steps;
    }
}
