package dev.poise.model;

/// A decoder's architecture as data: everything that changes the maths, and nothing else.
///
/// @param family the family that reads and writes this architecture
/// @param vocabulary V, tokens
/// @param width D, of the residual stream
/// @param layers blocks
/// @param heads H, query heads
/// @param keyValueHeads key and value heads; divides `heads`
/// @param headWidth width of one head
/// @param feedForward inner width of the feed-forward part
/// @param gated whether the feed-forward part is activation(gate) · up rather than activation(up)
/// @param context longest sequence in tokens
/// @param norm the normalisation
/// @param positions how positions enter
/// @param activation of the feed-forward part
/// @param biases which linear maps carry a bias
/// @param queryKeyNorm whether queries and keys are RMS-normalised a head before rotation
/// @param attentionScale factor on query-key products
/// @param output what is read of the last hidden states
public record Architecture(
        Family family,
        int vocabulary,
        int width,
        int layers,
        int heads,
        int keyValueHeads,
        int headWidth,
        int feedForward,
        boolean gated,
        int context,
        Norm norm,
        Positions positions,
        Activation activation,
        Biases biases,
        boolean queryKeyNorm,
        double attentionScale,
        Output output) {

    /// Normalisation of the residual stream.
    ///
    /// @param kind RMS (scale only) or LAYER (mean removed, scale and shift)
    /// @param epsilon added to the variance
    public record Norm(Kind kind, double epsilon) {
        /// Which normalisation.
        public enum Kind {
            RMS,
            LAYER
        }
    }

    /// The feed-forward activation.
    public enum Activation {
        SILU,
        GELU,
        GELU_TANH,
        RELU
    }

    /// What is read of the last hidden states.
    public enum Output {
        /// Log-probabilities of tokens, by a matrix of its own.
        OWN("head.weight"),
        /// Log-probabilities of tokens, by the embedding: the two are tied.
        EMBEDDING("embedding.weight"),
        /// One number a sequence, by a vector: a reward model.
        SCORE("score.weight");

        private final String parameter;

        Output(String parameter) {
            this.parameter = parameter;
        }

        /// The name of the parameter it is read by, `[V, D]`, of a score `[1, D]`.
        public String parameter() {
            return parameter;
        }
    }

    /// Which linear maps carry a bias.
    ///
    /// @param queryKeyValue the attention's inputs
    /// @param attentionOutput the attention's output
    /// @param feedForward the feed-forward part's maps
    public record Biases(boolean queryKeyValue, boolean attentionOutput, boolean feedForward) {}

    /// How positions enter.
    public sealed interface Positions {
        /// A learned vector a position, added to the embedding.
        record Learned() implements Positions {}

        /// Rotation of queries and keys (Su et al. 2021, <https://arxiv.org/abs/2104.09864>), halves paired.
        ///
        /// @param frequencies radians a position, one for every pair of coordinates; `headWidth / 2` of them
        record Rotary(double[] frequencies) implements Positions {}
    }

    public Architecture {
        within("vocabulary", vocabulary, 1 << 24);
        within("width", width, 1 << 18);
        within("layers", layers, 1024);
        within("heads", heads, 1 << 12);
        within("key-value heads", keyValueHeads, 1 << 12);
        within("head width", headWidth, 1 << 12);
        within("feed-forward width", feedForward, 1 << 20);
        within("context", context, 1 << 24);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads must be a multiple of key-value heads, got " + heads + " and " + keyValueHeads);
        }
        if (!(norm.epsilon() > 0)) {
            throw new IllegalArgumentException("norm epsilon must be positive, got " + norm.epsilon());
        }
        if (positions instanceof Positions.Rotary(double[] frequencies) && 2 * frequencies.length != headWidth) {
            throw new IllegalArgumentException(
                    "rotary frequencies must be half the head width " + headWidth + ", got " + frequencies.length);
        }
    }

    /// The same trunk with something else read of it.
    Architecture reading(Output other) {
        return new Architecture(
                family,
                vocabulary,
                width,
                layers,
                heads,
                keyValueHeads,
                headWidth,
                feedForward,
                gated,
                context,
                norm,
                positions,
                activation,
                biases,
                queryKeyNorm,
                attentionScale,
                other);
    }

    /// Whether it is a reward model: a decoder that gives sequences a score, and tokens no probability.
    public boolean scores() {
        return output == Output.SCORE;
    }

    /// Width of all query heads together.
    public int queryWidth() {
        return heads * headWidth;
    }

    /// Width of all key heads together; the values' too.
    public int keyWidth() {
        return keyValueHeads * headWidth;
    }

    /// Generous bounds: what lies beyond them is a broken configuration, and would take all memory before it is
    /// noticed.
    private static void within(String name, int value, int most) {
        if (value <= 0 || value > most) {
            throw new IllegalArgumentException(name + " must be from 1 to " + most + ", got " + value);
        }
    }
}
