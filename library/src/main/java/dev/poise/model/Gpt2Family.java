package dev.poise.model;

import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Caps;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.QueryKeyNorm;
import dev.poise.model.Parameter.Order;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.Collections;
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
                heads,
                heads,
                width / heads,
                config.integer("n_inner", 4 * width),
                false,
                config.integer("n_positions"),
                Collections.nCopies(config.layers("n_layer"), new LayerType(LayerType.ALL, null)),
                true,
                Architecture.Form.PRE_NORM,
                new Norm(Norm.Kind.LAYER, config.number("layer_norm_epsilon", 1e-5), false),
                Family.activation(config, "activation_function", "gelu_new"),
                new Biases(true, true, true),
                QueryKeyNorm.NONE,
                1,
                1 / Math.sqrt(width / (double) heads),
                Caps.NONE,
                Family.output(config, true));
    }

    static List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>();
        long width = architecture.width();
        parameters.add(Parameter.of(
                "embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("transformer.wte.weight", architecture.vocabulary())));
        parameters.add(Parameter.of(
                "position_embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("transformer.wpe.weight", architecture.context())));
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
        parameters.add(Parameter.of(to + ".weight", Role.LINEAR, in, new Part(from + ".weight", out, Order.COLUMNS)));
        parameters.add(Parameter.vector(to + ".bias", new Part(from + ".bias", out)));
    }

    private static void addNorm(List<Parameter> parameters, String to, String from, long width) {
        parameters.add(Parameter.vector(to + ".weight", new Part(from + ".weight", width)));
        parameters.add(Parameter.vector(to + ".bias", new Part(from + ".bias", width)));
    }
}
