package dev.poise.model;

import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Caps;
import dev.poise.model.Architecture.Form;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.QueryKeyNorm;
import dev.poise.model.Parameter.Order;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.List;

/// GPT-NeoX (<https://arxiv.org/abs/2204.06745>) and Pythia: attention and feed-forward part side by side, layer
/// norms with shifts, rotation of a part of every head, and queries, keys and values in one matrix, head by head.
final class GptNeoxFamily {

    /// The output head's name in files.
    static final String HEAD = "embed_out.weight";

    private GptNeoxFamily() {}

    static Architecture architecture(Config config) {
        int width = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        if (heads <= 0 || width % heads != 0) {
            throw config.problem("num_attention_heads", "must divide hidden_size " + width + ", got " + heads);
        }
        RotaryConfig rotary =
                new RotaryConfig(config, Family.GPT_NEOX, width / heads, config.integer("max_position_embeddings"));
        List<LayerType> layerTypes = Layers.of(config).same(LayerType.ALL, rotary.of(10000));
        boolean attentionBias = config.truth("attention_bias", true);
        return new Architecture(
                Family.GPT_NEOX,
                config.integer("vocab_size"),
                width,
                heads,
                heads,
                width / heads,
                config.integer("intermediate_size"),
                false,
                rotary.context(layerTypes),
                layerTypes,
                false,
                config.truth("use_parallel_residual", true) ? Form.PARALLEL : Form.PRE_NORM,
                new Norm(Norm.Kind.LAYER, config.number("layer_norm_eps", 1e-5), false),
                Family.activation(config, "hidden_act", "gelu"),
                new Biases(attentionBias, attentionBias, true),
                QueryKeyNorm.NONE,
                1,
                1 / Math.sqrt(width / (double) heads),
                Caps.NONE,
                Family.output(config, false));
    }

    static List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>();
        int width = architecture.width();
        int inner = architecture.feedForward();
        Biases biases = architecture.biases();
        Order byHead = Order.byHead(architecture.heads(), 3);
        parameters.add(Parameter.of(
                "embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("gpt_neox.embed_in.weight", architecture.vocabulary())));
        for (int layer = 0; layer < architecture.layers(); layer++) {
            String to = "layers." + layer + ".";
            String from = "gpt_neox.layers." + layer + ".";
            Part queryKeyValue = new Part(from + "attention.query_key_value", 3L * width, byHead);
            Part output = new Part(from + "attention.dense", width);
            Part up = new Part(from + "mlp.dense_h_to_4h", inner);
            Part down = new Part(from + "mlp.dense_4h_to_h", width);
            addNorm(parameters, to + "attention_norm", from + "input_layernorm", width);
            addLinear(parameters, to + "attention.query_key_value", width, biases.queryKeyValue(), queryKeyValue);
            addLinear(parameters, to + "attention.output", width, biases.attentionOutput(), output);
            addNorm(parameters, to + "feed_forward_norm", from + "post_attention_layernorm", width);
            addLinear(parameters, to + "feed_forward.up", width, biases.feedForward(), up);
            addLinear(parameters, to + "feed_forward.down", inner, biases.feedForward(), down);
        }
        addNorm(parameters, "final_norm", "gpt_neox.final_layer_norm", width);
        return parameters;
    }

    private static void addLinear(List<Parameter> parameters, String to, int in, boolean bias, Part part) {
        parameters.add(Parameter.of(to + ".weight", Role.LINEAR, in, part.suffixed(".weight")));
        if (bias) {
            parameters.add(Parameter.vector(to + ".bias", part.suffixed(".bias")));
        }
    }

    private static void addNorm(List<Parameter> parameters, String to, String from, int width) {
        parameters.add(Parameter.vector(to + ".weight", new Part(from + ".weight", width)));
        parameters.add(Parameter.vector(to + ".bias", new Part(from + ".bias", width)));
    }
}
