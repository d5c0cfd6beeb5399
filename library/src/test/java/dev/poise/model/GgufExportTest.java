package dev.poise.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.tokenize.Tokenizer;
import dev.poise.tokenize.TokenizerException;
import dev.poise.weights.Dtype;
import dev.poise.weights.GgufFile;
import dev.poise.weights.GgufTensor;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.SafetensorsWriter;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightDirectory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class GgufExportTest {

    private static final Path MODELS = Path.of("src/test/resources/models");

    @TempDir
    private Path directory;

    private final List<String> notes = new ArrayList<>();

    /// A copy of one of the small models, with a small tokenizer.
    private Path model(String name) throws IOException {
        Path copy = Files.createDirectories(directory.resolve(name));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(MODELS.resolve(name).resolve(file), copy.resolve(file));
        }
        Files.writeString(copy.resolve("tokenizer.json"), """
                {"added_tokens": [{"id": 3, "content": "<|end|>", "special": true}],
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
                 "decoder": {"type": "ByteLevel"},
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
                """);
        Files.writeString(copy.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|end|>\"}");
        return copy;
    }

    private Path exported(Path model, GgufTensor.Type type) {
        Path file = directory.resolve(model.getFileName() + "-" + type + ".gguf");
        GgufExport.write(model, file, type, notes::add);
        return file;
    }

    private static GgufTensor tensor(GgufFile gguf, String name) {
        return requireNonNull(gguf.tensors().get(name), name);
    }

    private static Rotary rotary(Path model) {
        return requireNonNull(
                ModelDirectory.architecture(model).layerTypes().getFirst().rotary());
    }

    private static float[] numbers(GgufFile gguf, String name) {
        return tensor(gguf, name).numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static float[] stored(WeightDirectory weights, String name) {
        StoredTensor tensor = weights.find(name).orElseThrow();
        float[] numbers = new float[Math.toIntExact(tensor.elements())];
        tensor.copyTo(MemorySegment.ofArray(numbers), Dtype.F32);
        return numbers;
    }

    private static void edit(Path model, String key, String value) throws IOException {
        Path file = model.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readAllBytes(file));
        config.set(key, JsonMapper.shared().readTree(value));
        Files.writeString(file, config.toString());
    }

    /// Through our own reader, every number comes back bit for bit.
    @ParameterizedTest
    @ValueSource(
            strings = {"llama", "llama-tied", "llama-float16", "llama-bfloat16", "llama-rope-linear", "qwen2", "qwen3"})
    void whatIsWrittenInFloat32ReadsBackBitForBit(String name) throws IOException {
        Path model = model(name);
        Path back = Files.createDirectory(directory.resolve("back"));
        GgufModel.write(exported(model, GgufTensor.Type.F32), back);
        try (WeightDirectory before = WeightDirectory.open(model);
                WeightDirectory after = WeightDirectory.open(back)) {
            // A tied head may be stored and is then of no use.
            TreeSet<String> names = new TreeSet<>(before.names());
            names.retainAll(after.names());
            assertThat(names).isEqualTo(after.names());
            for (String tensor : names) {
                assertThat(stored(after, tensor)).as(tensor).containsExactly(stored(before, tensor));
            }
        }
        Architecture expected = ModelDirectory.architecture(model);
        Architecture read = ModelDirectory.architecture(back);
        assertThat(read.layers()).isEqualTo(expected.layers());
        assertThat(read.context()).isEqualTo(expected.context());
        assertThat(read.norm().epsilon()).isCloseTo(expected.norm().epsilon(), within(1e-12));
        assertThat(rotary(back).frequencies(8)).containsExactly(rotary(model).frequencies(8), within(1e-7));
    }

    @Test
    void scaledFrequenciesOfLlama3AreFactorsOneByOne() throws IOException {
        Path model = model("llama-rope-llama3");
        Path back = Files.createDirectory(directory.resolve("back"));
        GgufModel.write(exported(model, GgufTensor.Type.F32), back);
        assertThat(rotary(back).frequencies(8)).containsExactly(rotary(model).frequencies(8), within(1e-7));
        double[] plain = Rotary.geometric(500, 16);
        assertThat(rotary(model).frequencies(8)[7]).as("scaled").isNotCloseTo(plain[7], within(1e-7));
    }

    /// Names by gguf-py's own map (`src/test/python/make_outputs.py`).
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "mistral",
                "qwen2",
                "qwen3",
                "smollm3",
                "olmo2",
                "phi3",
                "gemma2",
                "gemma3",
                "gpt-neox",
                "gpt2"
            })
    void tensorsAreNamedAsGgufPyNamesThem(String name) throws IOException {
        Path model = model(name);
        asLlamaCppKnowsIt(model);
        JsonNode golden = JsonMapper.shared()
                .readTree(Files.readAllBytes(Path.of("src/test/resources/golden/outputs.json")))
                .get("names")
                .get(name);
        TreeSet<String> expected = new TreeSet<>();
        golden.properties().stream()
                .filter(entry -> name.startsWith("gpt")
                        || name.startsWith("qwen")
                        || !entry.getKey().endsWith(".bias"))
                .forEach(entry -> expected.add(entry.getValue().stringValue()));
        if (name.equals("phi3")) {
            expected.addAll(List.of("rope_factors_long.weight", "rope_factors_short.weight"));
        }
        if (name.equals("gpt2")) {
            expected.add("output.weight"); // llama.cpp wants it beside the embedding
        }
        try (GgufFile gguf = GgufFile.open(exported(model, GgufTensor.Type.F32))) {
            assertThat(gguf.tensors().keySet()).isEqualTo(expected);
        }
    }

    /// The small models of tests have biases, scale attention by another width and alternate windows otherwise.
    private static void asLlamaCppKnowsIt(Path model) throws IOException {
        Architecture architecture = ModelDirectory.architecture(model);
        switch (architecture.family()) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, PHI3, GPT_NEOX, GPT2 -> {
                return;
            }
            case SMOLLM3, OLMO2, GEMMA2, GEMMA3 -> {}
        }
        withoutBiases(model);
        if (architecture.family() == Family.SMOLLM3) {
            edit(model, "no_rope_layers", "[1, 1, 1, 0]");
        }
        if (architecture.family() == Family.SMOLLM3 || architecture.family() == Family.OLMO2) {
            return;
        }
        int width = architecture.headWidth();
        boolean third = architecture.family() == Family.GEMMA3;
        edit(model, "query_pre_attn_scalar", Integer.toString(width));
        edit(
                model,
                "layer_types",
                third
                        ? "[\"sliding_attention\", \"sliding_attention\", \"sliding_attention\", \"sliding_attention\"]"
                        : "[\"sliding_attention\", \"full_attention\", \"sliding_attention\", \"full_attention\"]");
        edit(model, "final_logit_softcapping", third ? "null" : "30.0");
        edit(model, "attn_logit_softcapping", third ? "null" : "50.0");
        edit(
                model,
                "rope_parameters",
                third
                        ? "{\"full_attention\": {\"rope_type\": \"default\", \"rope_theta\": 1000000.0},"
                                + " \"sliding_attention\": {\"rope_type\": \"default\", \"rope_theta\": 10000.0}}"
                        : "{\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
    }

    private static void withoutBiases(Path model) throws IOException {
        edit(model, "attention_bias", "false");
        edit(model, "mlp_bias", "false");
        Path kept = model.resolve("kept.safetensors");
        try (WeightDirectory weights = WeightDirectory.open(model)) {
            SafetensorsWriter.write(
                    kept,
                    weights.tensors().stream()
                            .filter(tensor -> !tensor.name().endsWith(".bias"))
                            .map(OutgoingTensor::copyOf)
                            .toList());
        }
        Files.move(kept, model.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void queriesAndKeysOfLlamaHaveTheirPairsSideBySide() throws IOException {
        Path model = model("llama"); // heads of 8: coordinate i turns with i + 4
        try (GgufFile gguf = GgufFile.open(exported(model, GgufTensor.Type.F32));
                WeightDirectory weights = WeightDirectory.open(model)) {
            float[] ours = stored(weights, "model.layers.1.self_attn.k_proj.weight");
            float[] theirs = numbers(gguf, "blk.1.attn_k.weight");
            int width = 32;
            for (int head = 0; head < theirs.length / width / 8; head++) {
                int[] order = {0, 4, 1, 5, 2, 6, 3, 7};
                for (int row = 0; row < 8; row++) {
                    assertThat(theirs[(head * 8 + row) * width + 5])
                            .isEqualTo(ours[(head * 8 + order[row]) * width + 5]);
                }
            }
            assertThat(numbers(gguf, "blk.1.attn_v.weight"))
                    .containsExactly(stored(weights, "model.layers.1.self_attn.v_proj.weight"));
        }
    }

    @Test
    void matricesOfGpt2AreTurnedAndThoseOfGptNeoxSorted() throws IOException {
        Path gpt2 = model("gpt2");
        try (GgufFile gguf = GgufFile.open(exported(gpt2, GgufTensor.Type.F32));
                WeightDirectory weights = WeightDirectory.open(gpt2)) {
            float[] ours = stored(weights, "transformer.h.1.attn.c_attn.weight"); // [16, 48]
            float[] theirs = numbers(gguf, "blk.1.attn_qkv.weight"); // [48, 16]
            assertThat(theirs[47 * 16 + 3]).isEqualTo(ours[3 * 48 + 47]);
            assertThat(theirs[20 * 16 + 15]).isEqualTo(ours[15 * 48 + 20]);
        }
        Path neox = model("gpt-neox");
        Architecture architecture = ModelDirectory.architecture(neox);
        int heads = architecture.heads();
        int width = architecture.headWidth();
        try (GgufFile gguf = GgufFile.open(exported(neox, GgufTensor.Type.F32));
                WeightDirectory weights = WeightDirectory.open(neox)) {
            float[] ours = stored(weights, "gpt_neox.layers.0.attention.query_key_value.bias");
            float[] theirs = numbers(gguf, "blk.0.attn_qkv.bias");
            for (int head = 0; head < heads; head++) {
                for (int kind = 0; kind < 3; kind++) {
                    for (int i = 0; i < width; i++) {
                        assertThat(theirs[(kind * heads + head) * width + i])
                                .isEqualTo(ours[(head * 3 + kind) * width + i]);
                    }
                }
            }
        }
    }

    @Test
    void normsOfGemmaAreOneMore() throws IOException {
        Path model = model("gemma2");
        asLlamaCppKnowsIt(model);
        try (GgufFile gguf = GgufFile.open(exported(model, GgufTensor.Type.F16));
                WeightDirectory weights = WeightDirectory.open(model)) {
            float[] ours = stored(weights, "model.layers.2.post_feedforward_layernorm.weight");
            float[] theirs = numbers(gguf, "blk.2.post_ffw_norm.weight");
            for (int i = 0; i < ours.length; i++) {
                assertThat(theirs[i]).isEqualTo(1 + ours[i]);
            }
            assertThat(tensor(gguf, "blk.2.post_ffw_norm.weight").type()).isEqualTo(GgufTensor.Type.F32);
            assertThat(tensor(gguf, "blk.2.attn_q.weight").type()).isEqualTo(GgufTensor.Type.F16);
        }
    }

    @Test
    void matricesWithBrokenBlocksAreFloat16AndThatIsTold() throws IOException {
        try (GgufFile gguf = GgufFile.open(exported(model("llama"), GgufTensor.Type.Q8_0))) {
            gguf.tensors().values().forEach(tensor -> {
                boolean matrix = tensor.shape().size() == 2;
                boolean whole = tensor.shape().getLast() % 32 == 0;
                assertThat(tensor.type())
                        .as(tensor.name())
                        .isEqualTo(matrix ? whole ? GgufTensor.Type.Q8_0 : GgufTensor.Type.F16 : GgufTensor.Type.F32);
            });
            long narrow = gguf.tensors().values().stream()
                    .filter(tensor -> tensor.type() == GgufTensor.Type.F16)
                    .count();
            assertThat(narrow).isPositive();
            assertThat(notes)
                    .containsExactly(
                            narrow + " matrices have rows that are not of whole blocks of 32, and are F16 beside Q8_0");
        }
    }

    @Test
    void aModelWithAWindowSaysThatAsItsContext() throws IOException {
        try (GgufFile gguf = GgufFile.open(exported(model("mistral"), GgufTensor.Type.F32))) {
            assertThat(gguf.metadata().get("llama.context_length").intValue()).isEqualTo(6);
            assertThat(notes).singleElement().asString().startsWith("llama.cpp has no window in this family");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            qwen3   | attention_bias        | true                                        | biases other than
            llama   | hidden_act            | "relu"                                      | the activation RELU
            gemma2  | query_pre_attn_scalar | 5                                           | an attention scale other than 1/√8
            gemma2  | layer_types | ["full_attention", "sliding_attention", "full_attention", "full_attention"] | a window at other layers
            smollm3 | no_rope_layers        | [1, 0, 1, 1]                                | rotation at other layers
            qwen2   | rope_parameters | {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16} | rotary frequencies scaled one by one
            llama   | rope_parameters | {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0} | rotary positions of type dynamic
            llama   | architectures         | ["LlamaForSequenceClassification"]          | must be a language model
            """)
    void refusesByNameWhatLlamaCppHasNoSwitchFor(String name, String key, String value, String message)
            throws IOException {
        Path model = model(name);
        asLlamaCppKnowsIt(model);
        edit(model, key, value);
        assertThatThrownBy(() -> exported(model, GgufTensor.Type.F32))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(model.toString())
                .hasMessageContaining(message);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).noneMatch(file -> file.toString().contains(".gguf"));
        }
    }

    /// The SentencePiece vocabulary of `make_gguf.py`, read into `tokenizer.json` and written again.
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void tokenizersSplitTextAsBefore(String kind) throws IOException {
        Path first = Files.createDirectory(directory.resolve("first"));
        Path second = Files.createDirectory(directory.resolve("second"));
        GgufModel.write(MODELS.resolve("gguf/" + kind + ".gguf"), first);
        GgufModel.write(exported(first, GgufTensor.Type.F16), second);
        JsonNode golden = JsonMapper.shared()
                .readTree(Files.readAllBytes(Path.of("src/test/resources/golden/gguf.json")))
                .get(kind)
                .get("texts");
        try (Tokenizer tokenizer = Tokenizer.read(second);
                Tokenizer original = Tokenizer.read(first)) {
            golden.properties().forEach(text -> assertThat(tokenizer.encode(text.getKey(), false))
                    .containsExactly(text.getValue()
                            .valueStream()
                            .mapToInt(JsonNode::intValue)
                            .toArray()));
            assertThat(tokenizer.encode("boats", true)).isEqualTo(original.encode("boats", true));
            assertThat(tokenizer.specialTokens()).isEqualTo(original.specialTokens());
        }
        assertThat(Files.readString(second.resolve("tokenizer_config.json")))
                .isEqualTo(Files.readString(first.resolve("tokenizer_config.json")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type": "BPE"                     | "type": "Unigram"       | model.type must be BPE
            "use_regex": true                 | "use_regex": false      | pre_tokenizer must split as
            "add_prefix_space": false         | "add_prefix_space": true | pre_tokenizer must split as
            "decoder"                         | "normalizer": {"type": "Lowercase"}, "decoder" | normalizer must be none or NFC
            "ab": 2                           | "ab": 200               | ids must be below 96
            [["a", "b"]]                      | [["a", ""]]             | merges must be of two pieces each
            "decoder"                         | "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "ab"}}]}, "decoder" | post_processor must put the bos token
            """)
    void refusesTokenizersThatTheFormatHasNoWordsFor(String found, String replaced, String message) throws IOException {
        Path model = model("llama");
        Path file = model.resolve("tokenizer.json");
        String text = Files.readString(file);
        assertThat(text).contains(found);
        Files.writeString(file, text.replace(found, replaced));
        assertThatThrownBy(() -> exported(model, GgufTensor.Type.F32))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    /// `ab` and `bc` make `abc` in SentencePiece; merges that know one way only split differently.
    @Test
    void refusesMergesThatAreNotThoseOfScores() throws IOException {
        Path model = model("llama");
        String pieces = """
                {"normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                 "model": {"type": "BPE", "byte_fallback": true, "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5},
                           "merges": [["a", "b"], ["b", "c"], ["a", "bc"]%s]}}
                """;
        Path file = model.resolve("tokenizer.json");
        Files.writeString(file, pieces.formatted(""));
        assertThatThrownBy(() -> exported(model, GgufTensor.Type.F32))
                .hasMessageContaining("merges must list all ways to make \"abc\"");
        Files.writeString(file, pieces.formatted(", [\"ab\", \"c\"]"));
        try (GgufFile gguf = GgufFile.open(exported(model, GgufTensor.Type.F32))) {
            JsonNode scores = gguf.metadata().get("tokenizer.ggml.scores");
            assertThat(scores.get(3).doubleValue()).isGreaterThan(scores.get(4).doubleValue());
            assertThat(scores.get(4).doubleValue()).isGreaterThan(scores.get(5).doubleValue());
            assertThat(gguf.metadata().get("tokenizer.ggml.tokens").get(95).stringValue())
                    .isEqualTo("[PAD95]");
        }
    }
}
