package dev.poise.sample;

/// How the next token is chosen.
///
/// The logits are divided by the temperature, cut to the k most likely tokens, then to the smallest set of them that
/// holds probability p; one token is drawn from what is left. With temperature 0 the most likely token is taken.
///
/// @param temperature at least 0
/// @param topK k, at least 1; 0 for no cut
/// @param topP p in (0, 1]; 1 for no cut (nucleus sampling: Holtzman et al. 2020,
///     <https://arxiv.org/abs/1904.09751>)
/// @param maxNewTokens longest completion, at least 1
/// @param seed of the draws: row i of a call draws from a stream of its own, whatever else is in the batch
public record Decoding(double temperature, int topK, double topP, int maxNewTokens, long seed) {

    public Decoding {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be finite and at least 0, got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k must be at least 1, or 0 for no cut, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p must be in (0, 1], got " + topP);
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("max new tokens must be at least 1, got " + maxNewTokens);
        }
    }

    /// The most likely token, always.
    public static Decoding greedy(int maxNewTokens) {
        return new Decoding(0, 0, 1, maxNewTokens, 0);
    }

    /// Draws from the model's own distribution.
    public static Decoding random(int maxNewTokens, long seed) {
        return new Decoding(1, 0, 1, maxNewTokens, seed);
    }
}
