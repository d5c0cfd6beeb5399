package dev.poise.model;

import java.util.ArrayList;
import java.util.List;

/// A model family: how its `config.json` describes an architecture, and under which names its files keep parameters.
public enum Family {
    /// Llama 1 to 3 and what calls itself so.
    LLAMA("llama"),
    /// Qwen 2 and 2.5.
    QWEN2("qwen2"),
    /// Qwen 3, dense.
    QWEN3("qwen3"),
    /// GPT-2.
    GPT2("gpt2");

    private final String modelType;

    Family(String modelType) {
        this.modelType = modelType;
    }

    /// The family of a configuration's `model_type`.
    ///
    /// @throws ModelException when it is none that Poise knows
    static Family of(Config config) {
        String type = config.text("model_type");
        for (Family family : values()) {
            if (family.modelType.equals(type)) {
                return family;
            }
        }
        throw config.problem("model_type", "must be one of llama, qwen2, qwen3, gpt2, got \"" + type + "\"");
    }

    /// Reads an architecture, refusing by name what would change the maths and is not supported.
    static Architecture architecture(Config config) {
        return switch (of(config)) {
            case LLAMA -> LlamaFamily.architecture(config, LLAMA);
            case QWEN2 -> LlamaFamily.architecture(config, QWEN2);
            case QWEN3 -> LlamaFamily.architecture(config, QWEN3);
            case GPT2 -> Gpt2Family.architecture(config);
        };
    }

    /// Every parameter of an architecture, matrices before vectors, with the names of its parts on disk.
    List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>(
                switch (this) {
                    case LLAMA, QWEN2, QWEN3 -> LlamaFamily.layout(architecture);
                    case GPT2 -> Gpt2Family.layout(architecture);
                });
        List<Parameter> vectors = parameters.stream()
                .filter(parameter -> parameter.role() == Parameter.Role.VECTOR)
                .toList();
        parameters.removeAll(vectors);
        parameters.addAll(vectors);
        return parameters;
    }

    /// Whether a stored tensor carries no parameter of this architecture and may be passed over: buffers that older
    /// versions of `transformers` wrote, and a stored copy of a tied head.
    boolean ignores(String key, Architecture architecture) {
        boolean copyOfTiedHead = architecture.tied() && key.equals("lm_head.weight");
        return copyOfTiedHead
                || switch (this) {
                    case LLAMA, QWEN2, QWEN3 -> key.endsWith(".self_attn.rotary_emb.inv_freq");
                    case GPT2 -> key.endsWith(".attn.bias") || key.endsWith(".attn.masked_bias");
                };
    }

    /// A prefix that files of this family may leave out of every key.
    String optionalPrefix() {
        return switch (this) {
            case LLAMA, QWEN2, QWEN3 -> "";
            case GPT2 -> "transformer.";
        };
    }
}
