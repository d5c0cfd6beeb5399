package dev.poise.objective;

/// What a sequence's log-probability or log-ratio is divided by.
public enum Normalise {
    /// By its trained tokens: nats a token.
    TOKENS,
    /// By nothing: nats a sequence.
    NONE;

    /// The divisor for an answer; at least 1, so that an answer without a trained token has a mean of 0, not 0/0.
    double length(int tokens) {
        return switch (this) {
            case TOKENS -> Math.max(tokens, 1);
            case NONE -> 1;
        };
    }
}
