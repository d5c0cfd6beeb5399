package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.Positions;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Llama and the families that differ from it by biases and norms: Qwen 2 and Qwen 3.
///
/// Rotary positions, RMS norms before attention and feed-forward, grouped key-value heads, gated SiLU.
final class LlamaFamily {

    private LlamaFamily() {}

    static Architecture architecture(Config config, Family family) {
        refuseWhatIsNotSupported(config, family);
        int width = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        int context = config.integer("max_position_embeddings");
        int headWidth = config.integer("head_dim", family == Family.QWEN3 ? 128 : width / Math.max(1, heads));
        boolean attentionBias = config.truth("attention_bias", false);
        Biases biases =
                switch (family) {
                    case QWEN2 -> new Biases(true, false, false);
                    case QWEN3 -> new Biases(attentionBias, attentionBias, false);
                    case LLAMA, GPT2 -> new Biases(attentionBias, attentionBias, config.truth("mlp_bias", false));
                };
        return new Architecture(
                family,
                config.integer("vocab_size"),
                width,
                config.integer("num_hidden_layers"),
                heads,
                config.integer("num_key_value_heads", heads),
                headWidth,
                config.integer("intermediate_size"),
                true,
                context,
                new Norm(Norm.Kind.RMS, config.number("rms_norm_eps", 1e-6)),
                new Positions.Rotary(RotaryFrequencies.of(config, headWidth)),
                Activation.SILU,
                biases,
                family == Family.QWEN3,
                1 / Math.sqrt(headWidth),
                Family.output(config, false));
    }

    private static void refuseWhatIsNotSupported(Config config, Family family) {
        String activation = config.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw config.problem("hidden_act", "must be silu, got \"" + activation + "\"");
        }
        if (config.integer("pretraining_tp", 1) != 1) {
            throw config.problem("pretraining_tp", "must be 1, got " + config.integer("pretraining_tp"));
        }
        config.mustBeAbsent("quantization_config");
        boolean switchedOff = family != Family.LLAMA && !config.truth("use_sliding_window", false);
        if (!switchedOff
                && config.has("sliding_window")
                && config.integer("sliding_window") < config.integer("max_position_embeddings")) {
            throw config.problem(
                    "sliding_window",
                    "is not supported below max_position_embeddings, got " + config.integer("sliding_window"));
        }
        if (config.has("layer_types")) {
            for (JsonNode layer : config.json().get("layer_types")) {
                if (!layer.asString("").equals("full_attention")) {
                    throw config.problem("layer_types", "must all be full_attention, got " + layer);
                }
            }
        }
    }

    static List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>();
        long width = architecture.width();
        parameters.add(Parameter.of(
                "embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("model.embed_tokens.weight", architecture.vocabulary(), false)));
        for (int layer = 0; layer < architecture.layers(); layer++) {
            addBlock(parameters, architecture, "layers." + layer + ".", "model.layers." + layer + ".");
        }
        parameters.add(Parameter.vector("final_norm.weight", part("model.norm.weight", width)));
        return parameters;
    }

    private static void addBlock(List<Parameter> parameters, Architecture architecture, String to, String from) {
        long width = architecture.width();
        long query = architecture.queryWidth();
        long key = architecture.keyWidth();
        long inner = architecture.feedForward();
        Biases biases = architecture.biases();
        String attention = from + "self_attn.";
        String mlp = from + "mlp.";
        parameters.add(Parameter.vector(to + "attention_norm.weight", part(from + "input_layernorm.weight", width)));
        addLinear(
                parameters,
                to + "attention.query_key_value",
                width,
                biases.queryKeyValue(),
                part(attention + "q_proj", query),
                part(attention + "k_proj", key),
                part(attention + "v_proj", key));
        if (architecture.queryKeyNorm()) {
            long head = architecture.headWidth();
            parameters.add(
                    Parameter.vector(to + "attention.query_norm.weight", part(attention + "q_norm.weight", head)));
            parameters.add(Parameter.vector(to + "attention.key_norm.weight", part(attention + "k_norm.weight", head)));
        }
        addLinear(
                parameters,
                to + "attention.output",
                query,
                biases.attentionOutput(),
                part(attention + "o_proj", width));
        parameters.add(Parameter.vector(
                to + "feed_forward_norm.weight", part(from + "post_attention_layernorm.weight", width)));
        addLinear(
                parameters,
                to + "feed_forward.up",
                width,
                biases.feedForward(),
                part(mlp + "gate_proj", inner),
                part(mlp + "up_proj", inner));
        addLinear(parameters, to + "feed_forward.down", inner, biases.feedForward(), part(mlp + "down_proj", width));
    }

    /// A linear map from parts whose keys lack their `.weight` or `.bias`.
    private static void addLinear(List<Parameter> parameters, String name, long columns, boolean bias, Part... parts) {
        parameters.add(Parameter.of(name + ".weight", Role.LINEAR, columns, suffixed(".weight", parts)));
        if (bias) {
            parameters.add(Parameter.vector(name + ".bias", suffixed(".bias", parts)));
        }
    }

    private static Part[] suffixed(String suffix, Part... parts) {
        Part[] named = new Part[parts.length];
        for (int i = 0; i < parts.length; i++) {
            named[i] = new Part(parts[i].key() + suffix, parts[i].rows(), parts[i].transposed());
        }
        return named;
    }

    private static Part part(String key, long rows) {
        return new Part(key, rows, false);
    }
}
