package dev.poise.model;

import dev.poise.model.Architecture.Output;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A model family: how its `config.json` describes an architecture, and under which names its files keep parameters.
public enum Family {
    /// Llama 1 to 3 and what calls itself so.
    LLAMA("llama", "Llama"),
    /// Qwen 2 and 2.5.
    QWEN2("qwen2", "Qwen2"),
    /// Qwen 3, dense.
    QWEN3("qwen3", "Qwen3"),
    /// GPT-2.
    GPT2("gpt2", "GPT2");

    /// How `transformers` calls models that classify sequences; one of a single class gives a score.
    private static final String SCORING = "ForSequenceClassification";

    private final String modelType;
    private final String className;

    Family(String modelType, String className) {
        this.modelType = modelType;
        this.className = className;
    }

    /// What `architectures` of a configuration says of a reward model.
    String scoring() {
        return className + SCORING;
    }

    /// What a configuration says is read of the last hidden states.
    ///
    /// @param tied whether the head is the embedding where the configuration does not say
    static Output output(Config config, boolean tied) {
        for (JsonNode name : config.json().path("architectures")) {
            if (name.asString("").endsWith(SCORING)) {
                return Output.SCORE;
            }
        }
        return config.truth("tie_word_embeddings", tied) ? Output.EMBEDDING : Output.OWN;
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

    /// Where all families keep the vector that scores are read by.
    static final Part SCORE = new Part("score.weight", 1, false);

    /// Every parameter of an architecture, matrices before vectors, with the names of its parts on disk.
    List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>(
                switch (this) {
                    case LLAMA, QWEN2, QWEN3 -> LlamaFamily.layout(architecture);
                    case GPT2 -> Gpt2Family.layout(architecture);
                });
        String output = architecture.output().parameter();
        int width = architecture.width();
        switch (architecture.output()) {
            case OWN ->
                parameters.add(Parameter.of(
                        output, Role.LINEAR, width, new Part("lm_head.weight", architecture.vocabulary(), false)));
            case EMBEDDING -> {}
            case SCORE -> parameters.add(Parameter.of(output, Role.LINEAR, width, SCORE));
        }
        List<Parameter> vectors = parameters.stream()
                .filter(parameter -> parameter.role() == Parameter.Role.VECTOR)
                .toList();
        parameters.removeAll(vectors);
        parameters.addAll(vectors);
        return parameters;
    }

    /// Whether a stored tensor carries no parameter of this architecture and may be passed over: buffers that older
    /// versions of `transformers` wrote, a stored copy of a tied head, and the head that a reward model began with.
    boolean ignores(String key, Architecture architecture) {
        boolean headOfNoUse = architecture.output() != Output.OWN && key.equals("lm_head.weight");
        return headOfNoUse
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
