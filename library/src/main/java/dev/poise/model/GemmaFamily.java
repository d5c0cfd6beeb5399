package dev.poise.model;

import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Caps;
import dev.poise.model.Architecture.Form;
import dev.poise.model.Architecture.Norm;
import dev.poise.model.Architecture.QueryKeyNorm;
import java.util.List;

/// Gemma 2 (<https://arxiv.org/abs/2408.00118>) and the text model of Gemma 3 (<https://arxiv.org/abs/2503.19786>):
/// norms before and behind each part, with scales 1 + w; embeddings times √D; layers with a window between those
/// that see all; soft caps in Gemma 2, normed queries and keys in Gemma 3.
final class GemmaFamily {

    private GemmaFamily() {}

    static Architecture architecture(Config config, Family family) {
        boolean third = family == Family.GEMMA3;
        config.mustBe("use_bidirectional_attention", false);
        if (third && config.has("attn_logit_softcapping")) {
            throw config.problem(
                    "attn_logit_softcapping",
                    "must be null: this family's attention has none, got "
                            + config.number("attn_logit_softcapping", 0));
        }
        int width = config.integer("hidden_size");
        int headWidth = config.integer("head_dim", 256);
        int heads = config.integer("num_attention_heads");
        boolean attentionBias = config.truth("attention_bias", false);
        double scalar = config.number("query_pre_attn_scalar", 256);
        if (!(scalar > 0)) {
            throw config.problem("query_pre_attn_scalar", "must be positive, got " + scalar);
        }
        RotaryConfig rotary = new RotaryConfig(config, family, headWidth, config.integer("max_position_embeddings"));
        List<LayerType> layerTypes = layerTypes(config, third, rotary);
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
                Form.BOTH_NORMS,
                new Norm(Norm.Kind.RMS, config.number("rms_norm_eps", 1e-6), true),
                Family.activation(config, "hidden_activation", "gelu_pytorch_tanh"),
                new Biases(attentionBias, attentionBias, false),
                third ? QueryKeyNorm.HEAD : QueryKeyNorm.NONE,
                Math.sqrt(width),
                1 / Math.sqrt(scalar),
                third
                        ? new Caps(Double.POSITIVE_INFINITY, cap(config, "final_logit_softcapping", Caps.NONE.logits()))
                        : new Caps(
                                cap(config, "attn_logit_softcapping", 50), cap(config, "final_logit_softcapping", 30)),
                Family.output(config, true));
    }

    /// A soft cap: none where the configuration says null.
    private static double cap(Config config, String key, double otherwise) {
        if (!config.has(key)) {
            return config.isNull(key) ? Double.POSITIVE_INFINITY : otherwise;
        }
        double cap = config.number(key, otherwise);
        if (!(cap > 0)) {
            throw config.problem(key, "must be positive or null, got " + cap);
        }
        return cap;
    }

    private static List<LayerType> layerTypes(Config config, boolean third, RotaryConfig rotaries) {
        Layers layers = Layers.of(config);
        if (!third) {
            Rotary rotary = rotaries.of(10000);
            return layers.types(layer -> layer % 2 == 0, rotary, rotary);
        }
        int pattern = config.integer("sliding_window_pattern", config.integer("_sliding_window_pattern", 6));
        if (pattern < 1) {
            throw config.problem("sliding_window_pattern", "must be at least 1, got " + pattern);
        }
        return layers.types(layer -> (layer + 1) % pattern != 0, rotaries.sliding(10000), rotaries.full(1_000_000));
    }
}
