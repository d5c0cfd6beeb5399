package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Output;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A model family: how its `config.json` describes an architecture, and under which names its files keep parameters.
public enum Family {
    /// Llama 1 to 3 and what calls itself so.
    LLAMA("llama", "Llama"),
    /// Mistral, dense.
    MISTRAL("mistral", "Mistral"),
    /// Qwen 2 and 2.5.
    QWEN2("qwen2", "Qwen2"),
    /// Qwen 3, dense.
    QWEN3("qwen3", "Qwen3"),
    /// SmolLM 3.
    SMOLLM3("smollm3", "SmolLM3"),
    /// OLMo 2.
    OLMO2("olmo2", "Olmo2"),
    /// Phi 3 and 4, text.
    PHI3("phi3", "Phi3"),
    /// Gemma 2.
    GEMMA2("gemma2", "Gemma2"),
    /// Gemma 3, text.
    GEMMA3("gemma3_text", "Gemma3Text"),
    /// GPT-NeoX and Pythia.
    GPT_NEOX("gpt_neox", "GPTNeoX"),
    /// GPT-2.
    GPT2("gpt2", "GPT2");

    /// How `transformers` calls models that classify sequences; one of a single class gives a score.
    private static final String SCORING = "ForSequenceClassification";

    /// Keys that say how many experts a mixture has.
    private static final List<String> EXPERTS =
            List.of("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", "num_experts_per_tok");

    /// Mixtures of experts whose configuration may leave all those keys to their defaults.
    private static final Set<String> MIXTURES = Set.of("mixtral", "gpt_oss", "deepseek", "dbrx", "jamba");

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
        if (isMixture(type, config)) {
            throw config.problem(
                    "model_type",
                    "must be a dense model's, got \"" + type
                            + "\" with a mixture of experts, which Poise does not run");
        }
        for (Family family : values()) {
            if (family.modelType.equals(type)) {
                return family;
            }
        }
        String known = Arrays.stream(values()).map(family -> family.modelType).collect(Collectors.joining(", "));
        String hint = config.has("text_config")
                ? "; it holds more than a language model: save its text model by itself with transformers"
                : "";
        throw config.problem("model_type", "must be one of " + known + ", got \"" + type + "\"" + hint);
    }

    private static boolean isMixture(String type, Config config) {
        return type.contains("moe")
                || type.matches("deepseek_v\\d.*")
                || MIXTURES.contains(type)
                || EXPERTS.stream().anyMatch(config::has);
    }

    /// Reads an architecture, refusing by name what would change the maths and is not supported.
    static Architecture architecture(Config config) {
        Family family = of(config);
        config.mustBeAbsent("quantization_config");
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, OLMO2, PHI3 -> LlamaFamily.architecture(config, family);
            case GEMMA2, GEMMA3 -> GemmaFamily.architecture(config, family);
            case GPT_NEOX -> GptNeoxFamily.architecture(config);
            case GPT2 -> Gpt2Family.architecture(config);
        };
    }

    /// Where all families keep the vector that scores are read by.
    static final Part SCORE = new Part("score.weight", 1);

    /// The activation under a key, by the names that `transformers` gives them.
    static Activation activation(Config config, String key, String otherwise) {
        String name = config.text(key, otherwise);
        return switch (name) {
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            case "gelu" -> Activation.GELU;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            // A configuration is open text: what is not named above is refused by its name.
            default ->
                throw config.problem(
                        key,
                        "must be one of gelu_new, gelu_pytorch_tanh, gelu_fast, gelu, relu, silu, got \"" + name
                                + "\"");
        };
    }

    /// Every parameter of an architecture, matrices before vectors, with the names of its parts on disk.
    List<Parameter> layout(Architecture architecture) {
        List<Parameter> parameters = new ArrayList<>(
                switch (this) {
                    case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, OLMO2, PHI3, GEMMA2, GEMMA3 ->
                        LlamaFamily.layout(architecture);
                    case GPT_NEOX -> GptNeoxFamily.layout(architecture);
                    case GPT2 -> Gpt2Family.layout(architecture);
                });
        String output = architecture.output().parameter();
        int width = architecture.width();
        switch (architecture.output()) {
            case OWN ->
                parameters.add(Parameter.of(output, Role.LINEAR, width, new Part(head(), architecture.vocabulary())));
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
        boolean headOfNoUse =
                architecture.output() != Output.OWN && (key.equals("lm_head.weight") || key.equals(GptNeoxFamily.HEAD));
        return headOfNoUse
                || switch (this) {
                    case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, OLMO2, PHI3, GEMMA2, GEMMA3 ->
                        key.endsWith(".self_attn.rotary_emb.inv_freq");
                    case GPT_NEOX ->
                        key.endsWith(".attention.bias")
                                || key.endsWith(".attention.masked_bias")
                                || key.endsWith(".attention.rotary_emb.inv_freq");
                    case GPT2 -> key.endsWith(".attn.bias") || key.endsWith(".attn.masked_bias");
                };
    }

    /// The output head's name in files.
    private String head() {
        return this == GPT_NEOX ? GptNeoxFamily.HEAD : "lm_head.weight";
    }

    /// A prefix that files of this family may leave out of every key.
    String optionalPrefix() {
        return this == GPT2 ? "transformer." : "";
    }

    /// Another name that files of this family may keep a tensor under.
    Optional<String> otherName(String key) {
        return this == GPT_NEOX && key.equals(GptNeoxFamily.HEAD) ? Optional.of("lm_head.weight") : Optional.empty();
    }
}
