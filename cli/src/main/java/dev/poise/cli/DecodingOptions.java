package dev.poise.cli;

import dev.poise.sample.Decoding;
import picocli.CommandLine.Option;

/// The options of how the next token is chosen.
final class DecodingOptions {

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "256",
            description = "Longest completion (default: ${DEFAULT-VALUE}).")
    int maxNewTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description = "Logits are divided by it; 0 takes the most likely token always (default: ${DEFAULT-VALUE}).")
    double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Draws among the K most likely tokens only; 0 for all (default: ${DEFAULT-VALUE}).")
    int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Draws from the smallest set of tokens that holds probability P (default: ${DEFAULT-VALUE}).")
    double topP;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Of the draws: the same seed draws the same tokens (default: ${DEFAULT-VALUE}).")
    long seed;

    /// The options as the sampler takes them.
    Decoding decoding() {
        try {
            return new Decoding(temperature, topK, topP, maxNewTokens, seed);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
