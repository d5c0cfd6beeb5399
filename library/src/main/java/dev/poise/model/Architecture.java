package dev.poise.model;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// A decoder's architecture as data: everything that changes the maths, and nothing else.
///
/// @param family the family that reads and writes this architecture
/// @param vocabulary V, tokens
/// @param width D, of the residual stream
/// @param heads H, query heads
/// @param keyValueHeads key and value heads; divides `heads`
/// @param headWidth width of one head
/// @param feedForward inner width of the feed-forward part
/// @param gated whether the feed-forward part is activation(gate) · up rather than activation(up)
/// @param context longest sequence in tokens
/// @param layerTypes what differs between blocks, first to last
/// @param learnedPositions whether a learned vector a position is added to the embedding
/// @param form how a block's two parts and their norms stand to the residual stream
/// @param norm the normalisation
/// @param activation of the feed-forward part
/// @param biases which linear maps carry a bias
/// @param queryKeyNorm what of queries and keys is normalised before rotation
/// @param embeddingScale factor on token embeddings where they enter the residual stream
/// @param attentionScale factor on query-key products
/// @param caps bounds of scores and logits
/// @param output what is read of the last hidden states
public record Architecture(
        Family family,
        int vocabulary,
        int width,
        int heads,
        int keyValueHeads,
        int headWidth,
        int feedForward,
        boolean gated,
        int context,
        List<LayerType> layerTypes,
        boolean learnedPositions,
        Form form,
        Norm norm,
        Activation activation,
        Biases biases,
        QueryKeyNorm queryKeyNorm,
        double embeddingScale,
        double attentionScale,
        Caps caps,
        Output output) {

    /// How attention A and feed-forward part F, with their norms, change the residual stream x.
    public enum Form {
        /// x + A(norm x), then x + F(norm x): Llama, GPT-2.
        PRE_NORM,
        /// x + norm A(x), then x + norm F(x): OLMo 2.
        POST_NORM,
        /// x + norm A(norm x), then x + norm F(norm x): Gemma 2 and 3.
        BOTH_NORMS,
        /// x + A(norm x) + F(norm x), both of the same x: GPT-NeoX.
        PARALLEL;

        /// Whether what enters a part is normalised.
        boolean before() {
            return this != POST_NORM;
        }

        /// Whether what leaves a part is normalised.
        boolean after() {
            return this == POST_NORM || this == BOTH_NORMS;
        }
    }

    /// Normalisation of the residual stream.
    ///
    /// @param kind RMS (scale only) or LAYER (mean removed, scale and shift)
    /// @param epsilon added to the variance
    /// @param aboveOne whether the scale is 1 + weight rather than the weight
    public record Norm(Kind kind, double epsilon, boolean aboveOne) {
        /// Which normalisation.
        public enum Kind {
            RMS,
            LAYER
        }
    }

    /// What of queries and keys is RMS-normalised before rotation.
    public enum QueryKeyNorm {
        /// Nothing.
        NONE,
        /// Every head by itself, all with the same scales.
        HEAD,
        /// All heads of the queries together, and all of the keys.
        WHOLE
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
    public record Biases(boolean queryKeyValue, boolean attentionOutput, boolean feedForward) {
        /// No map carries one.
        public static final Biases NONE = new Biases(false, false, false);
    }

    /// Soft bounds c: x becomes c tanh(x / c) (Gemma 2, <https://arxiv.org/abs/2408.00118>, section 2).
    ///
    /// @param scores of scaled query-key products, before the mask; infinite where there is none
    /// @param logits of the output head; infinite where there is none
    public record Caps(double scores, double logits) {
        /// No bounds.
        public static final Caps NONE = new Caps(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

        /// Whether a bound is one.
        static boolean bounds(double cap) {
            return cap < Double.POSITIVE_INFINITY;
        }
    }

    public Architecture {
        layerTypes = List.copyOf(layerTypes);
        within("vocabulary", vocabulary, 1 << 24);
        within("width", width, 1 << 18);
        within("layers", layerTypes.size(), 1024);
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
        if (!(caps.scores() > 0 && caps.logits() > 0)) {
            throw new IllegalArgumentException("soft caps must be positive, got " + caps);
        }
        for (LayerType layer : layerTypes) {
            if (layer.rotary() != null && layer.rotary().width() > headWidth) {
                throw new IllegalArgumentException("rotated coordinates must be at most the head width " + headWidth
                        + ", got " + layer.rotary().width());
            }
        }
    }

    /// Blocks.
    public int layers() {
        return layerTypes.size();
    }

    /// The windows that its layers see through, each once.
    int[] windows() {
        return layerTypes.stream().mapToInt(LayerType::window).distinct().toArray();
    }

    /// The longest sequence, in tokens, whose rotary frequencies are those of shorter ones: beyond it a token's
    /// rotation depends on the length of its sequence.
    int steady() {
        return rotaries().mapToInt(Rotary::steady).min().orElse(Integer.MAX_VALUE);
    }

    /// Whether a sequence's rotary frequencies change from one length to another.
    boolean turnsDiffer(int length, int other) {
        return rotaries().anyMatch(rotary -> rotary.differ(length, other));
    }

    private Stream<Rotary> rotaries() {
        return layerTypes.stream().map(LayerType::rotary).filter(Objects::nonNull);
    }

    /// The same trunk with something else read of it.
    Architecture reading(Output other) {
        return new Architecture(
                family,
                vocabulary,
                width,
                heads,
                keyValueHeads,
                headWidth,
                feedForward,
                gated,
                context,
                layerTypes,
                learnedPositions,
                form,
                norm,
                activation,
                biases,
                queryKeyNorm,
                embeddingScale,
                attentionScale,
                caps,
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
