package dev.poise.cli.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A training that both sides carry out alike: pairs in the order of their file, a constant learning rate, no
/// dropout, no evaluation.
///
/// @param model directory of the policy, which is also the reference
/// @param adapter directory of the adapter that is trained in its place; null to train all weights
/// @param pairs rows of prompt, chosen and rejected, as JSON lines
/// @param precision of matrix products: `float32` or `bfloat16`
/// @param live whether computing the reference's log-probabilities is part of the time
/// @param steps optimiser steps, warm-up included
/// @param warmup steps that are not timed
/// @param batch pairs a step
/// @param maxTokens the longest sequence
/// @param threads of one operation
record TrainWork(
        Path model,
        @Nullable Path adapter,
        Path pairs,
        String precision,
        boolean live,
        int steps,
        int warmup,
        int batch,
        int maxTokens,
        int threads) {

    static final double LEARNING_RATE = 1e-5;
    static final double BETA = 0.1;

    /// Pairs that are timed.
    int timedPairs() {
        return (steps - warmup) * batch;
    }
}
