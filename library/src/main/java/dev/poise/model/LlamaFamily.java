package dev.poise.model;

import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Caps;
import dev.poise.model.Architecture.Form;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.QueryKeyNorm;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.List;

/// Llama and the families that differ from it by biases, norms, windows and how files pack their matrices: Mistral,
/// Qwen 2 and 3, SmolLM 3, OLMo 2, Phi 3. Gemma's files have the same names.
///
/// Rotary positions, RMS norms, grouped key-value heads, gated activation.
final class LlamaFamily {

    private LlamaFamily() {}

    static Architecture architecture(Config config, Family family) {
        refuseWhatIsNotSupported(config, family);
        int width = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        int context = config.integer("max_position_embeddings");
        int headWidth = config.integer("head_dim", family == Family.QWEN3 ? 128 : width / Math.max(1, heads));
        RotaryConfig rotary = new RotaryConfig(config, family, headWidth, context);
        List<LayerType> layerTypes = layerTypes(config, family, rotary);
        return new Architecture(
                family,
                config.integer("vocab_size"),
                width,
                heads,
                config.integer("num_key_value_heads", heads),
                headWidth,
                config.integer("intermediate_size"),
                true,
                rotary.context(layerTypes),
                layerTypes,
                false,
                family == Family.OLMO2 ? Form.POST_NORM : Form.PRE_NORM,
                new Norm(Norm.Kind.RMS, config.number("rms_norm_eps", epsilon(family)), false),
                Family.activation(config, "hidden_act", "silu"),
                biases(config, family),
                queryKeyNorm(family),
                1,
                1 / Math.sqrt(headWidth),
                Caps.NONE,
                Family.output(config, family == Family.SMOLLM3));
    }

    private static Biases biases(Config config, Family family) {
        boolean attention = config.truth("attention_bias", false);
        return switch (family) {
            case QWEN2 -> new Biases(true, false, false);
            case QWEN3, OLMO2 -> new Biases(attention, attention, false);
            case LLAMA, SMOLLM3 -> new Biases(attention, attention, config.truth("mlp_bias", false));
            case MISTRAL, PHI3, GEMMA2, GEMMA3, GPT_NEOX, GPT2 -> Biases.NONE;
        };
    }

    private static QueryKeyNorm queryKeyNorm(Family family) {
        return switch (family) {
            case QWEN3 -> QueryKeyNorm.HEAD;
            case OLMO2 -> QueryKeyNorm.WHOLE;
            case LLAMA, MISTRAL, QWEN2, SMOLLM3, PHI3, GEMMA2, GEMMA3, GPT_NEOX, GPT2 -> QueryKeyNorm.NONE;
        };
    }

    /// What `transformers` takes where a configuration says nothing.
    private static double epsilon(Family family) {
        return family == Family.OLMO2 || family == Family.PHI3 ? 1e-5 : 1e-6;
    }

    private static List<LayerType> layerTypes(Config config, Family family, RotaryConfig rotaries) {
        Layers layers = Layers.of(config);
        return switch (family) {
            case MISTRAL -> layers.same(layers.window(4096), rotaries.of(10000));
            case PHI3 -> layers.same(layers.window(LayerType.ALL), rotaries.of(10000));
            case QWEN2, QWEN3 -> {
                Rotary rotary = rotaries.of(10000);
                int full = config.integer("max_window_layers", 28);
                boolean sliding = config.truth("use_sliding_window", false);
                yield layers.types(layer -> sliding && layer >= full, rotary, rotary);
            }
            case SMOLLM3 -> withoutRotation(config, layers, rotaries.of(2_000_000));
            case LLAMA, OLMO2, GEMMA2, GEMMA3, GPT_NEOX, GPT2 -> {
                Rotary rotary = rotaries.of(10000);
                yield layers.types(layer -> false, rotary, rotary);
            }
        };
    }

    /// SmolLM 3: every fourth layer, or each that `no_rope_layers` has a 0 for, does not turn, and those have the
    /// window where there is one.
    private static List<LayerType> withoutRotation(Config config, Layers layers, Rotary rotary) {
        int interval = config.integer("no_rope_layer_interval", 4);
        if (interval < 1) {
            throw config.problem("no_rope_layer_interval", "must be at least 1, got " + interval);
        }
        int[] turns = config.integers("no_rope_layers").orElseGet(() -> {
            int[] all = new int[layers.count()];
            for (int layer = 0; layer < all.length; layer++) {
                all[layer] = (layer + 1) % interval == 0 ? 0 : 1;
            }
            return all;
        });
        if (turns.length < layers.count()) {
            throw config.problem(
                    "no_rope_layers",
                    "must say 0 or 1 for num_hidden_layers = " + layers.count() + " layers, got " + turns.length);
        }
        boolean sliding = config.truth("use_sliding_window", false) && config.has("sliding_window");
        List<LayerType> seeing = layers.types(layer -> sliding && turns[layer] == 0, rotary, rotary);
        List<LayerType> types = new ArrayList<>();
        for (int layer = 0; layer < layers.count(); layer++) {
            types.add(turns[layer] == 0 ? new LayerType(seeing.get(layer).window(), null) : seeing.get(layer));
        }
        return types;
    }

    private static void refuseWhatIsNotSupported(Config config, Family family) {
        if (config.integer("pretraining_tp", 1) != 1) {
            throw config.problem("pretraining_tp", "must be 1, got " + config.integer("pretraining_tp"));
        }
        config.mustBeAbsent("clip_qkv");
        boolean windows = family != Family.LLAMA && family != Family.OLMO2;
        if (!windows
                && config.has("sliding_window")
                && config.integer("sliding_window") < config.integer("max_position_embeddings")) {
            throw config.problem(
                    "sliding_window",
                    "is not of this family below max_position_embeddings, got " + config.integer("sliding_window"));
        }
        boolean unbiased = family == Family.MISTRAL || family == Family.PHI3;
        if (unbiased) {
            config.mustBe("attention_bias", false);
        }
        boolean switched = family == Family.QWEN2 || family == Family.QWEN3;
        if (switched
                && !config.truth("use_sliding_window", false)
                && config.texts("layer_types").orElse(List.of()).contains("sliding_attention")) {
            throw config.problem("layer_types", "has sliding_attention, but use_sliding_window is false");
        }
    }

    static List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>();
        long width = architecture.width();
        parameters.add(Parameter.of(
                "embedding.weight",
                Role.EMBEDDING,
                width,
                new Part("model.embed_tokens.weight", architecture.vocabulary())));
        for (int layer = 0; layer < architecture.layers(); layer++) {
            addBlock(parameters, architecture, "layers." + layer + ".", "model.layers." + layer + ".");
        }
        parameters.add(Parameter.vector("final_norm.weight", new Part("model.norm.weight", width)));
        return parameters;
    }

    private static void addBlock(List<Parameter> parameters, Architecture architecture, String to, String from) {
        long width = architecture.width();
        long query = architecture.queryWidth();
        long key = architecture.keyWidth();
        long inner = architecture.feedForward();
        Biases biases = architecture.biases();
        boolean packed = architecture.family() == Family.PHI3;
        String attention = from + "self_attn.";
        String mlp = from + "mlp.";
        addNorms(parameters, architecture.form(), width, to, from);
        Part[] queryKeyValue = packed
                ? new Part[] {new Part(attention + "qkv_proj", query + 2 * key)}
                : new Part[] {
                    new Part(attention + "q_proj", query),
                    new Part(attention + "k_proj", key),
                    new Part(attention + "v_proj", key)
                };
        addLinear(parameters, to + "attention.query_key_value", width, biases.queryKeyValue(), queryKeyValue);
        if (architecture.queryKeyNorm() != QueryKeyNorm.NONE) {
            boolean whole = architecture.queryKeyNorm() == QueryKeyNorm.WHOLE;
            long head = architecture.headWidth();
            addNorm(parameters, to + "attention.query_norm", attention + "q_norm", whole ? query : head);
            addNorm(parameters, to + "attention.key_norm", attention + "k_norm", whole ? key : head);
        }
        addLinear(
                parameters,
                to + "attention.output",
                query,
                biases.attentionOutput(),
                new Part(attention + "o_proj", width));
        Part[] up = packed
                ? new Part[] {new Part(mlp + "gate_up_proj", 2 * inner)}
                : new Part[] {new Part(mlp + "gate_proj", inner), new Part(mlp + "up_proj", inner)};
        addLinear(parameters, to + "feed_forward.up", width, biases.feedForward(), up);
        addLinear(
                parameters, to + "feed_forward.down", inner, biases.feedForward(), new Part(mlp + "down_proj", width));
    }

    /// One name means two things: `post_attention_layernorm` is behind attention, but in Llama's form it is of what
    /// enters the feed-forward part, where the others norm what leaves attention.
    private static void addNorms(List<Parameter> parameters, Form form, long width, String to, String from) {
        boolean both = form == Form.BOTH_NORMS;
        if (form.before()) {
            String beforeFeedForward = both ? "pre_feedforward_layernorm" : "post_attention_layernorm";
            addNorm(parameters, to + "attention_norm", from + "input_layernorm", width);
            addNorm(parameters, to + "feed_forward_norm", from + beforeFeedForward, width);
        }
        if (form.after()) {
            addNorm(parameters, to + "attention_output_norm", from + "post_attention_layernorm", width);
            addNorm(parameters, to + "feed_forward_output_norm", from + "post_feedforward_layernorm", width);
        }
    }

    private static void addNorm(List<Parameter> parameters, String name, String key, long width) {
        parameters.add(Parameter.vector(name + ".weight", new Part(key + ".weight", width)));
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
            named[i] = parts[i].suffixed(suffix);
        }
        return named;
    }
}
