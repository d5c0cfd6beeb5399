package dev.poise.model;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A decoder of few parameters as plain arrays, for growing rows a token at a time.
///
/// A step of one row through a decoder of 260,000 parameters is half a million multiplications, which take 20 µs,
/// and a hundred and fifty native calls, which take a hundred times that. In plain Java the calls are gone, rows
/// need not wait for each other, and threads share nothing but the weights. It computes what [Decoder] does, to
/// rounding, as the tests hold; training stays there.
///
/// A snapshot: it does not follow the decoder's later changes. Safe to share between threads.
public final class SmallDecoder {

    /// Above this many parameters native products win.
    private static final long MOST_PARAMETERS = 2_000_000;

    final Architecture architecture;
    final float[] embedding; // [V, D]
    final float @Nullable [] positions; // [context, D], where learned
    final @Nullable Rotary rotary; // of all layers; null where they do not turn
    final List<Layer> layers = new ArrayList<>();
    final Scale finalNorm;
    final Map head;
    final int widest; // most inputs of a map, padding included

    /// A linear map, its weight as integers: arrays of integers and of reals cannot overlap, so the compiler runs
    /// loops that read the ones and write the others in vector registers.
    ///
    /// An input's weights are its scale times the integers. The scale is a power of two that leaves the largest of
    /// them 30 bits, so that no weight is further from the float32 one than half of 2^-29 of the largest.
    ///
    /// @param weight `[padded, out]`: the inner loop runs over outputs; zero for inputs that are padding
    /// @param scale `[in]`
    /// @param bias `[out]`; null where there is none
    record Map(int[] weight, float[] scale, float @Nullable [] bias) {

        private static final int BITS = 30;

        private static final int INPUTS = 4; // that are worked on together, at most

        /// @param weight `[in, out]`
        static Map of(float[] weight, float @Nullable [] bias, int in, int out) {
            int[] integers = new int[padded(in) * out];
            float[] scale = new float[in];
            for (int i = 0; i < in; i++) {
                float largest = 0;
                for (int o = i * out; o < (i + 1) * out; o++) {
                    largest = Math.max(largest, Math.abs(weight[o]));
                }
                // Below 2^-96, what would be lost is nothing that a sum of float32 numbers keeps.
                int exponent = BITS - 1 - Math.max(Math.getExponent(largest), -96);
                scale[i] = Math.scalb(1f, -exponent);
                for (int o = i * out; o < (i + 1) * out; o++) {
                    integers[o] = (int) Math.rint(Math.scalb((double) weight[o], exponent));
                }
            }
            return new Map(integers, scale, bias);
        }

        int in() {
            return scale.length;
        }

        /// Inputs with padding.
        int padded() {
            return padded(in());
        }

        int out() {
            return weight.length / padded();
        }

        private static int padded(int in) {
            return (in + INPUTS - 1) / INPUTS * INPUTS;
        }
    }

    /// Parameters of a normalisation.
    ///
    /// @param scale of every coordinate
    /// @param shift of every coordinate; null for RMS
    record Scale(float[] scale, float @Nullable [] shift) {}

    /// One block's parameters, as in [Block].
    record Layer(
            Scale attentionNorm,
            Map queryKeyValue,
            @Nullable Scale queryNorm,
            @Nullable Scale keyNorm,
            Map attentionOutput,
            Scale feedForwardNorm,
            Map up,
            Map down) {}

    private SmallDecoder(Decoder decoder) {
        this.architecture = decoder.architecture();
        this.embedding = values(decoder, "embedding.weight");
        this.positions = architecture.learnedPositions() ? values(decoder, "position_embedding.weight") : null;
        this.rotary = architecture.layerTypes().getFirst().rotary();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            layers.add(layer(decoder, "layers." + layer + "."));
        }
        this.finalNorm = scale(decoder, "final_norm");
        this.head = map(decoder, architecture.output().parameter().replace(".weight", ""), false);
        this.widest = Stream.concat(
                        Stream.of(head),
                        layers.stream()
                                .flatMap(layer -> Stream.of(
                                        layer.queryKeyValue(), layer.attentionOutput(), layer.up(), layer.down())))
                .mapToInt(Map::padded)
                .max()
                .orElseThrow();
    }

    /// Whether a decoder is small enough, and of a kind that this class computes: float32, norms before both parts of
    /// a block, any activation but the exact GELU, and layers that all see all and turn alike and whole.
    public static boolean fits(Decoder decoder) {
        return decoder.precision() == Precision.FLOAT32
                && decoder.weights().values().numel() <= MOST_PARAMETERS
                && computes(decoder.architecture());
    }

    private static boolean computes(Architecture architecture) {
        LayerType first = architecture.layerTypes().getFirst();
        return architecture.form() == Architecture.Form.PRE_NORM
                && architecture.activation() != Architecture.Activation.GELU
                && architecture.queryKeyNorm() != Architecture.QueryKeyNorm.WHOLE
                && architecture.caps().equals(Architecture.Caps.NONE)
                && !architecture.norm().aboveOne()
                && architecture.embeddingScale() == 1
                && architecture.layerTypes().stream().allMatch(first::equals)
                && first.window() >= architecture.context()
                && architecture.steady() >= architecture.context()
                && (first.rotary() == null || first.rotary().width() == architecture.headWidth());
    }

    /// A copy of a decoder that [fits][#fits], its adapter merged.
    public static SmallDecoder of(Decoder decoder) {
        if (!fits(decoder)) {
            throw new IllegalArgumentException("the decoder must be of float32, have at most " + MOST_PARAMETERS
                    + " parameters and be of a kind that is computed here, got "
                    + decoder.weights().values().numel() + " in " + decoder.precision());
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            if (decoder.adapter().isEmpty()) {
                return new SmallDecoder(decoder);
            }
            try (Decoder merged = decoder.merged()) {
                return new SmallDecoder(merged);
            }
        }
    }

    /// Longest row, in tokens.
    public int context() {
        return architecture.context();
    }

    /// A row without tokens.
    ///
    /// @param capacity most tokens it will hold; at most the model's context
    public SmallRow row(int capacity) {
        if (capacity < 1 || capacity > architecture.context()) {
            throw new IllegalArgumentException("a row's capacity must be from 1 to the model's context of "
                    + architecture.context() + " tokens, got " + capacity);
        }
        return new SmallRow(this, capacity);
    }

    private Layer layer(Decoder decoder, String prefix) {
        Architecture.Biases biases = architecture.biases();
        boolean normed = architecture.queryKeyNorm() == Architecture.QueryKeyNorm.HEAD;
        return new Layer(
                scale(decoder, prefix + "attention_norm"),
                map(decoder, prefix + "attention.query_key_value", biases.queryKeyValue()),
                normed ? new Scale(values(decoder, prefix + "attention.query_norm.weight"), null) : null,
                normed ? new Scale(values(decoder, prefix + "attention.key_norm.weight"), null) : null,
                map(decoder, prefix + "attention.output", biases.attentionOutput()),
                scale(decoder, prefix + "feed_forward_norm"),
                map(decoder, prefix + "feed_forward.up", biases.feedForward()),
                map(decoder, prefix + "feed_forward.down", biases.feedForward()));
    }

    private Scale scale(Decoder decoder, String name) {
        boolean shifted = architecture.norm().kind() == Architecture.Norm.Kind.LAYER;
        return new Scale(values(decoder, name + ".weight"), shifted ? values(decoder, name + ".bias") : null);
    }

    private static Map map(Decoder decoder, String name, boolean bias) {
        Tensor weight = decoder.weights().master(name + ".weight");
        return Map.of(
                floats(weight.t().contiguous()),
                bias ? values(decoder, name + ".bias") : null,
                Math.toIntExact(weight.size(1)),
                Math.toIntExact(weight.size(0)));
    }

    private static float[] values(Decoder decoder, String name) {
        return floats(decoder.weights().master(name));
    }

    private static float[] floats(Tensor tensor) {
        return Tensors.memory(tensor).toArray(ValueLayout.JAVA_FLOAT);
    }
}
