package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// GGUF files against what `transformers` reads from them (`src/test/python/make_gguf.py`).
final class GgufModelTest {

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    private static Path file(String kind) {
        return Path.of("src/test/resources/models/gguf", kind + ".gguf");
    }

    private static JsonNode golden(String kind) throws IOException {
        byte[] json = Files.readAllBytes(Path.of("src/test/resources/golden/gguf.json"));
        return JsonMapper.shared().readTree(json).get(kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2"})
    void modelAndTokenizerAreWhatTransformersReads(String kind) throws IOException {
        GgufModel.write(file(kind), directory);
        JsonNode golden = golden(kind);
        int[] ids = ints(golden.get("ids"));
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, 1, ids.length, true);
        TokenBatch batch = TokenBatch.of(List.of(List.of(new TokenSequence(ids, trained))));
        try (Decoder decoder = ModelDirectory.read(directory, Precision.FLOAT32, false);
                Tokenizer tokenizer = Tokenizer.read(directory)) {
            double[] expected = golden.get("log_probabilities")
                    .valueStream()
                    .mapToDouble(JsonNode::doubleValue)
                    .toArray();
            assertThat(decoder.measure(batch).logProbs()).containsExactly(expected, within(1e-4));
            golden.get("texts").propertyStream().forEach(text -> assertThat(tokenizer.encode(text.getKey(), false))
                    .as(text.getKey())
                    .containsExactly(ints(text.getValue())));
            String text = "The boat's sails, naïve ☂";
            assertThat(tokenizer.decode(tokenizer.encode(text, false), true)).isEqualTo(text);
        }
    }

    @Test
    void specialTokensAndTheChatTemplateComeAlong() throws IOException {
        GgufModel.write(file("llama"), directory);
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.bosId()).hasValue(1);
            assertThat(tokenizer.specialTokens().stop()).containsExactly(2);
            assertThat(tokenizer.encode("the", true)[0]).isEqualTo(1);
        }
        Path other = Files.createDirectory(directory.resolve("other"));
        GgufModel.write(file("qwen2"), other);
        assertThat(Files.readString(other.resolve("tokenizer_config.json"))).contains("m.content");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            general.architecture | general.archxtecture | general.architecture is missing
            llama.block_count    | llama.black_count    | llama.block_count is missing
            blk.1.ffn_up.weight  | blk.1.ffn_xp.weight  | 1 unexpected: blk.1.ffn_xp.weight
            tokenizer.ggml.model | tokenizer.ggml.madel | tokenizer.ggml.model is missing
            """)
    void saysWhatIsMissing(String found, String replaced, String message) throws IOException {
        Path broken = changed(found, replaced);
        assertThatThrownBy(() -> GgufModel.write(broken, directory))
                .hasMessageStartingWith(broken.toString())
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatIsNoGgufOrEndsTooSoon() throws IOException {
        Path text = Files.writeString(directory.resolve("text.gguf"), "not one");
        assertThatThrownBy(() -> GgufModel.write(text, directory)).hasMessageContaining("must begin with GGUF");
        byte[] whole = Files.readAllBytes(file("llama"));
        for (int length : new int[] {3, 20, 1000, whole.length / 2, whole.length - 1}) {
            Path cut = Files.write(directory.resolve("cut.gguf"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GgufModel.write(cut, directory))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(WeightsException.class)
                    .hasMessageStartingWith(cut.toString());
        }
    }

    /// A copy of the Llama file with one text in the place of another that is as long.
    private Path changed(String found, String replaced) throws IOException {
        String bytes = new String(Files.readAllBytes(file("llama")), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains(found);
        return Files.write(
                directory.resolve("changed.gguf"),
                bytes.replace(found, replaced).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
