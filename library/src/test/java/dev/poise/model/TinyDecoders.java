package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Caps;
import dev.poise.model.Architecture.Form;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.Output;
import dev.poise.model.Architecture.QueryKeyNorm;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// Small randomly initialised decoders for tests.
public final class TinyDecoders {

    /// Tokens they know.
    public static final int VOCABULARY = 37;

    private TinyDecoders() {}

    /// Two layers or three, width 24, context 64; windows of a few tokens, soft caps and frequencies that change with
    /// the length where the family has any. Biases and scales are neither zeros nor ones.
    public static Decoder decoder(Family family, Precision precision, boolean trainable) {
        return decoder(family, precision, trainable, output(family));
    }

    /// A reward model of the same size, trainable.
    public static Decoder reward(Family family, Precision precision) {
        return decoder(family, precision, true, Output.SCORE);
    }

    /// A Llama that knows a few tokens only, so that all its completions can be enumerated: trainable, in float64.
    public static Decoder ofVocabulary(int vocabulary, long seed) {
        Decoder decoder = new Decoder(architecture(Family.LLAMA, Output.OWN, vocabulary), Precision.FLOAT64, true);
        decoder.initialise(0.4, seed);
        return decoder;
    }

    private static Output output(Family family) {
        return family == Family.LLAMA || family == Family.PHI3 ? Output.OWN : Output.EMBEDDING;
    }

    private static Decoder decoder(Family family, Precision precision, boolean trainable, Output output) {
        Decoder decoder = new Decoder(architecture(family, output, VOCABULARY), precision, trainable);
        decoder.initialise(0.3, 11);
        Parameters parameters = decoder.parameters();
        long vectors = parameters.values().numel() - parameters.decayed();
        double[] noise = new SplittableRandom(12).doubles(vectors, -0.3, 0.3).toArray();
        Torch.withoutGradients(() ->
                parameters.values().narrow(0, parameters.decayed(), vectors).add_(Tensors.of(noise, precision.sums())));
        parameters.refresh();
        return decoder;
    }

    private static Architecture architecture(Family family, Output output, int vocabulary) {
        boolean gpt = family == Family.GPT2 || family == Family.GPT_NEOX;
        boolean gemma = family == Family.GEMMA2 || family == Family.GEMMA3;
        return new Architecture(
                family,
                vocabulary,
                24,
                4,
                gpt ? 4 : 2,
                6,
                20,
                !gpt,
                64,
                layerTypes(family),
                family == Family.GPT2,
                form(family),
                new Norm(gpt ? Norm.Kind.LAYER : Norm.Kind.RMS, 1e-5, gemma),
                gpt || gemma ? Activation.GELU_TANH : Activation.SILU,
                gpt ? new Biases(true, true, true) : new Biases(family == Family.QWEN2, false, false),
                switch (family) {
                    case QWEN3, GEMMA3 -> QueryKeyNorm.HEAD;
                    case OLMO2 -> QueryKeyNorm.WHOLE;
                    case LLAMA, MISTRAL, QWEN2, SMOLLM3, PHI3, GEMMA2, GPT_NEOX, GPT2 -> QueryKeyNorm.NONE;
                },
                gemma ? Math.sqrt(24) : 1,
                1 / Math.sqrt(6),
                family == Family.GEMMA2 ? new Caps(2, 3) : Caps.NONE,
                output);
    }

    private static Form form(Family family) {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, PHI3, GPT2 -> Form.PRE_NORM;
            case OLMO2 -> Form.POST_NORM;
            case GEMMA2, GEMMA3 -> Form.BOTH_NORMS;
            case GPT_NEOX -> Form.PARALLEL;
        };
    }

    private static List<LayerType> layerTypes(Family family) {
        Rotary rotary = new Rotary.Fixed(new double[] {1, 0.1, 0.01}, 1);
        LayerType full = new LayerType(LayerType.ALL, rotary);
        LayerType windowed = new LayerType(4, rotary);
        return switch (family) {
            case LLAMA, QWEN2, QWEN3, OLMO2 -> List.of(full, full);
            case MISTRAL -> List.of(windowed, windowed);
            case GEMMA2 -> List.of(windowed, full, windowed);
            case GEMMA3 -> {
                Rotary local = new Rotary.Fixed(new double[] {1, 0.3, 0.09}, 1);
                LayerType own = new LayerType(4, local);
                yield List.of(own, own, full);
            }
            case SMOLLM3 -> List.of(full, new LayerType(5, null), full);
            case GPT_NEOX -> {
                LayerType partial = new LayerType(LayerType.ALL, new Rotary.Fixed(new double[] {1, 0.1}, 1));
                yield List.of(partial, partial);
            }
            case PHI3 -> {
                // Sequences of more than ten tokens turn otherwise.
                Rotary twofold = new Rotary.LongRope(new double[] {1, 0.1}, new double[] {0.7, 0.05}, 10, 1.1);
                yield Collections.nCopies(2, new LayerType(LayerType.ALL, twofold));
            }
            case GPT2 -> Collections.nCopies(2, new LayerType(LayerType.ALL, null));
        };
    }
}
