package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.Positions;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.List;

/// GPT-2: learned positions, layer norms with shifts, biases everywhere, and matrices stored `[in, out]`.
final class Gpt2Family {

    private Gpt2Family() {}

    static Architecture architecture(Config config) {
        config.mustBe("scale_attn_weights", true);
        config.mustBe("scale_attn_by_inverse_layer_idx", false);
        config.mustBe("add_cross_attention", false);
        config.mustBeAbsent("quantization_config");
        int width = config.integer("n_embd");
        int heads = config.integer("n_head");
        if (heads <= 0 || width % heads != 0) {
            throw config.problem("n_head", "must divide n_embd " + width + ", got " + heads);
        }
        return new Architecture(
                Family.GPT2,
                config.integer("vocab_size"),
                width,
                config.integer("n_layer"),
                heads,
                heads,
                width / heads,
                config.integer("n_inner", 4 * width),
                false,
                config.integer("n_positions"),
                new Norm(Norm.Kind.LAYER, config.number("layer_norm_epsilon", 1e-5)),
                new Positions.Learned(),
                activation(config),
                new Biases(true, true, true),
                false,
                1 / Math.sqrt(width / (double) heads),
                Family.output(config, true));
    }

    private static Activation activation(Config config) {
        String name = config.text("activation_function", "gelu_new");
        return switch (name) {
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "gelu" -> Activation.GELU;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            // A configuration is open text: what is not named above is refused by its name.
            default ->
                throw config.problem(
                        "activation_function",
                        "must be one of gelu_new, gelu_pytorch_tanh, gelu, relu, silu, got \"" + name + "\"");
        };
    }

    static List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>();
        long width = architecture.width();
        parameters.add(Parameter.of(
                "embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("transformer.wte.weight", architecture.vocabulary(), false)));
        parameters.add(Parameter.of(
                "position_embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("transformer.wpe.weight", architecture.context(), false)));
        for (int layer = 0; layer < architecture.layers(); layer++) {
            String to = "layers." + layer + ".";
            String from = "transformer.h." + layer + ".";
            long inner = architecture.feedForward();
            addNorm(parameters, to + "attention_norm", from + "ln_1", width);
            addLinear(parameters, to + "attention.query_key_value", from + "attn.c_attn", width, 3 * width);
            addLinear(parameters, to + "attention.output", from + "attn.c_proj", width, width);
            addNorm(parameters, to + "feed_forward_norm", from + "ln_2", width);
            addLinear(parameters, to + "feed_forward.up", from + "mlp.c_fc", width, inner);
            addLinear(parameters, to + "feed_forward.down", from + "mlp.c_proj", inner, width);
        }
        addNorm(parameters, "final_norm", "transformer.ln_f", width);
        return parameters;
    }

    private static void addLinear(List<Parameter> parameters, String to, String from, long in, long out) {
        parameters.add(Parameter.of(to + ".weight", Role.LINEAR, in, new Part(from + ".weight", out, true)));
        parameters.add(Parameter.vector(to + ".bias", new Part(from + ".bias", out, false)));
    }

    private static void addNorm(List<Parameter> parameters, String to, String from, long width) {
        parameters.add(Parameter.vector(to + ".weight", new Part(from + ".weight", width, false)));
        parameters.add(Parameter.vector(to + ".bias", new Part(from + ".bias", width, false)));
    }
}
