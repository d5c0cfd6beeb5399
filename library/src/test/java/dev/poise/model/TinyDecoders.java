package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.Output;
import dev.poise.model.Architecture.Positions;
import dev.poise.torch.Precision;

/// Small randomly initialised decoders for tests.
public final class TinyDecoders {

    /// Tokens they know.
    public static final int VOCABULARY = 37;

    private TinyDecoders() {}

    /// Two layers, width 24, context 64.
    public static Decoder decoder(Family family, Precision precision, boolean trainable) {
        return decoder(family, precision, trainable, family != Family.LLAMA ? Output.EMBEDDING : Output.OWN);
    }

    /// A reward model of the same size, trainable.
    public static Decoder reward(Family family, Precision precision) {
        return decoder(family, precision, true, Output.SCORE);
    }

    /// A Llama that knows a few tokens only, so that all its completions can be enumerated: trainable, in float64.
    public static Decoder ofVocabulary(int vocabulary, long seed) {
        Decoder decoder = decoder(Family.LLAMA, Precision.FLOAT64, true, Output.OWN, vocabulary);
        decoder.initialise(0.4, seed);
        return decoder;
    }

    private static Decoder decoder(Family family, Precision precision, boolean trainable, Output output) {
        return decoder(family, precision, trainable, output, VOCABULARY);
    }

    private static Decoder decoder(
            Family family, Precision precision, boolean trainable, Output output, int vocabulary) {
        boolean gpt2 = family == Family.GPT2;
        Architecture architecture = new Architecture(
                family,
                vocabulary,
                24,
                2,
                4,
                gpt2 ? 4 : 2,
                6,
                20,
                !gpt2,
                64,
                new Norm(gpt2 ? Norm.Kind.LAYER : Norm.Kind.RMS, 1e-5),
                gpt2 ? new Positions.Learned() : new Positions.Rotary(new double[] {1, 0.1, 0.01}),
                gpt2 ? Activation.GELU_TANH : Activation.SILU,
                gpt2 ? new Biases(true, true, true) : new Biases(family == Family.QWEN2, false, false),
                family == Family.QWEN3,
                1 / Math.sqrt(6),
                output);
        Decoder decoder = new Decoder(architecture, precision, trainable);
        decoder.initialise(0.3, 11);
        return decoder;
    }
}
