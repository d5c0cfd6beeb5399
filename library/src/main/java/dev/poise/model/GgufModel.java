package dev.poise.model;

import dev.poise.tokenize.GgufTokenizer;
import dev.poise.weights.GgufFile;
import dev.poise.weights.GgufTensor;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.ShardedWriter;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A GGUF file's model as a directory in Hugging Face's layout, which everything else here reads.
///
/// Llama (and Mistral, which the format does not tell apart), Qwen 2 and Qwen 3. Names are those of llama.cpp's
/// converter; its Llama files hold queries and keys with the rotated pairs side by side, which is undone.
public final class GgufModel {

    private static final Map<String, String> WHOLE = Map.of(
            "token_embd.weight", "model.embed_tokens.weight",
            "output_norm.weight", "model.norm.weight",
            "output.weight", "lm_head.weight");

    private static final Map<String, String> OF_BLOCK = Map.ofEntries(
            Map.entry("attn_norm", "input_layernorm"),
            Map.entry("attn_q", "self_attn.q_proj"),
            Map.entry("attn_k", "self_attn.k_proj"),
            Map.entry("attn_v", "self_attn.v_proj"),
            Map.entry("attn_q_norm", "self_attn.q_norm"),
            Map.entry("attn_k_norm", "self_attn.k_norm"),
            Map.entry("attn_output", "self_attn.o_proj"),
            Map.entry("ffn_norm", "post_attention_layernorm"),
            Map.entry("ffn_gate", "mlp.gate_proj"),
            Map.entry("ffn_up", "mlp.up_proj"),
            Map.entry("ffn_down", "mlp.down_proj"));

    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(\\w+)\\.(weight|bias)");

    /// Factors that Llama 3.1's rotary frequencies are divided by.
    private static final String ROPE_FACTORS = "rope_freqs.weight";

    private final GgufFile gguf;
    private final Config config;
    private final String kind;

    private GgufModel(GgufFile gguf) {
        this.gguf = gguf;
        this.config = new Config(gguf.file(), "", gguf.metadata());
        this.kind = config.text("general.architecture");
    }

    /// Writes a file's model, its tokenizer and its chat template into a directory.
    ///
    /// @param directory an existing one
    /// @throws ModelException when the file's model is of another kind, naming the key
    /// @throws WeightsException when the file is malformed, or its tensors are not those of the model
    public static void write(Path file, Path directory) {
        try (GgufFile gguf = GgufFile.open(file)) {
            GgufModel model = new GgufModel(gguf);
            model.refuseWhatIsNotSupported();
            GgufTokenizer tokenizer = new GgufTokenizer(file, gguf.metadata());
            write(directory, "config.json", model.config());
            write(directory, "tokenizer.json", tokenizer.json());
            write(directory, "tokenizer_config.json", tokenizer.settings());
            ModelDirectory.architecture(directory);
            ShardedWriter.write(directory, model.tensors(), ShardedWriter.DEFAULT_SHARD_BYTES);
        }
    }

    private static void write(Path directory, String name, JsonNode content) {
        Path file = directory.resolve(name);
        try {
            Files.writeString(file, JsonMapper.shared().writeValueAsString(content));
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private void refuseWhatIsNotSupported() {
        if (!kind.equals("llama") && !kind.equals("qwen2") && !kind.equals("qwen3")) {
            throw config.problem("general.architecture", "must be llama, qwen2 or qwen3, got \"" + kind + "\"");
        }
        if (config.integer(kind + ".expert_count", 0) > 0) {
            throw config.problem(
                    kind + ".expert_count", "is a mixture of experts, which Poise does not run: use a dense model");
        }
    }

    private JsonNode config() {
        int width = integer("embedding_length");
        int heads = integer("attention.head_count");
        int context = integer("context_length");
        int headWidth = config.integer(kind + ".attention.key_length", width / Math.max(1, heads));
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("model_type", kind);
        json.putArray("architectures")
                .add(
                        kind.equals("llama")
                                ? "LlamaForCausalLM"
                                : kind.equals("qwen2") ? "Qwen2ForCausalLM" : "Qwen3ForCausalLM");
        json.put("vocab_size", vocabulary());
        json.put("hidden_size", width);
        json.put("num_hidden_layers", integer("block_count"));
        json.put("num_attention_heads", heads);
        json.put("num_key_value_heads", config.integer(kind + ".attention.head_count_kv", heads));
        json.put("head_dim", headWidth);
        json.put("intermediate_size", integer("feed_forward_length"));
        json.put("max_position_embeddings", context);
        json.put("rms_norm_eps", config.number(kind + ".attention.layer_norm_rms_epsilon", 1e-5));
        json.put("hidden_act", "silu");
        json.put("tie_word_embeddings", !gguf.tensors().containsKey("output.weight"));
        json.put("attention_bias", kind.equals("llama") && gguf.tensors().containsKey("blk.0.attn_q.bias"));
        json.set("rope_parameters", rope(context, headWidth));
        json.put("dtype", "float32");
        id("bos_token_id").ifPresent(id -> json.put("bos_token_id", id));
        id("eos_token_id").ifPresent(id -> json.put("eos_token_id", id));
        return json;
    }

    private Optional<Integer> id(String key) {
        String whole = "tokenizer.ggml." + key;
        return config.has(whole) ? Optional.of(config.integer(whole)) : Optional.empty();
    }

    /// Rows of the embedding: some files have more than tokens.
    private long vocabulary() {
        GgufTensor embedding = gguf.tensors().get("token_embd.weight");
        if (embedding == null) {
            throw WeightsException.mismatch(gguf.file(), List.of("token_embd.weight"), List.of(), List.of());
        }
        return embedding.shape().getFirst();
    }

    private ObjectNode rope(int context, int headWidth) {
        ObjectNode rope = JsonMapper.shared().createObjectNode();
        rope.put("rope_theta", config.number(kind + ".rope.freq_base", 10000));
        int rotated = config.integer(kind + ".rope.dimension_count", headWidth);
        if (rotated != headWidth) {
            throw config.problem(
                    kind + ".rope.dimension_count", "must be the head width " + headWidth + ", got " + rotated);
        }
        GgufTensor factors = gguf.tensors().get(ROPE_FACTORS);
        String scaling = config.text(kind + ".rope.scaling.type", "none");
        if (factors != null) {
            // Frequencies divided by a factor each, short or long alike, are LongRoPE without a magnitude.
            rope.put("rope_type", "longrope").put("attention_factor", 1.0);
            rope.put("original_max_position_embeddings", context);
            rope.set("short_factor", numbers(factors));
            rope.set("long_factor", numbers(factors));
        } else if (scaling.equals("none")) {
            rope.put("rope_type", "default");
        } else if (scaling.equals("linear") || scaling.equals("yarn")) {
            rope.put("rope_type", scaling).put("factor", config.number(kind + ".rope.scaling.factor", 1));
            String original = kind + ".rope.scaling.original_context_length";
            if (scaling.equals("yarn")) {
                rope.put("original_max_position_embeddings", config.integer(original));
            }
        } else {
            throw config.problem(kind + ".rope.scaling.type", "must be none, linear or yarn, got \"" + scaling + "\"");
        }
        return rope;
    }

    private static ArrayNode numbers(GgufTensor tensor) {
        ArrayNode numbers = JsonMapper.shared().createArrayNode();
        for (float number : tensor.numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
            numbers.add(number);
        }
        return numbers;
    }

    private int integer(String key) {
        return config.integer(kind + "." + key);
    }

    private List<OutgoingTensor> tensors() {
        List<OutgoingTensor> outgoing = new ArrayList<>();
        List<String> unexpected = new ArrayList<>();
        for (GgufTensor tensor : gguf.tensors().values()) {
            Optional<String> name = name(tensor.name());
            if (name.isPresent()) {
                outgoing.add(new OutgoingTensor(
                        name.get(),
                        tensor.type().dtype(),
                        tensor.shape(),
                        tensor.type().dtype(),
                        () -> numbersOf(tensor)));
            } else if (!tensor.name().equals(ROPE_FACTORS)) {
                unexpected.add(tensor.name());
            }
        }
        if (!unexpected.isEmpty()) {
            throw WeightsException.mismatch(gguf.file(), List.of(), unexpected, List.of());
        }
        return outgoing;
    }

    private static Optional<String> name(String name) {
        Matcher block = BLOCK.matcher(name);
        if (!block.matches()) {
            return Optional.ofNullable(WHOLE.get(name));
        }
        return Optional.ofNullable(OF_BLOCK.get(block.group(2)))
                .map(part -> "model.layers." + block.group(1) + "." + part + "." + block.group(3));
    }

    private MemorySegment numbersOf(GgufTensor tensor) {
        int heads = config.integer(kind + ".attention.head_count");
        if (!kind.equals("llama")) {
            return tensor.numbers();
        }
        if (tensor.name().matches("blk\\.\\d+\\.attn_q\\.(weight|bias)")) {
            return unpaired(tensor, heads);
        }
        if (tensor.name().matches("blk\\.\\d+\\.attn_k\\.(weight|bias)")) {
            return unpaired(tensor, config.integer(kind + ".attention.head_count_kv", heads));
        }
        return tensor.numbers();
    }

    /// Rows with the two coordinates of a rotated pair half a head apart, where the file has them side by side.
    private MemorySegment unpaired(GgufTensor tensor, int heads) {
        MemorySegment paired = tensor.numbers();
        int rows = Math.toIntExact(tensor.shape().getFirst());
        if (heads < 1 || rows % (2 * heads) != 0) {
            throw WeightsException.in(
                    gguf.file(),
                    tensor.name() + " must have an even number of rows a head, got " + rows + " rows for " + heads
                            + " heads");
        }
        long rowBytes = paired.byteSize() / rows;
        int half = rows / heads / 2;
        byte[] turned = new byte[Math.toIntExact(paired.byteSize())];
        MemorySegment target = MemorySegment.ofArray(turned);
        for (int row = 0; row < rows; row++) {
            int head = row / (2 * half);
            int within = row % (2 * half); // here
            int from = head * 2 * half + within % half * 2 + within / half;
            MemorySegment.copy(paired, from * rowBytes, target, row * rowBytes, rowBytes);
        }
        return target;
    }
}
