package dev.poise.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.weights.GgufWriter.Outgoing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// GGUF files against those of gguf-py (`src/test/python/make_outputs.py`).
final class GgufWriterTest {

    @TempDir
    private Path directory;

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readAllBytes(Path.of("src/test/resources/golden/outputs.json")));
    }

    private static float[] numbers() throws IOException {
        JsonNode all = golden().get("numbers");
        float[] numbers = new float[all.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = all.get(i).floatValue();
        }
        return numbers;
    }

    private static Outgoing tensor(String name, GgufTensor.Type type, List<Long> shape, float... numbers) {
        return new Outgoing(name, type, shape, arena -> MemorySegment.ofArray(numbers));
    }

    private static ObjectNode metadata() {
        ObjectNode metadata = JsonMapper.shared().createObjectNode();
        metadata.put("general.architecture", "llama");
        metadata.put("general.name", "naïve ☂");
        metadata.put("llama.context_length", 300);
        metadata.put("llama.rope.freq_base", 500.25f);
        metadata.put("tokenizer.ggml.add_bos_token", true);
        metadata.putArray("tokenizer.ggml.tokens").add("a").add("▁b");
        metadata.putArray("tokenizer.ggml.token_type").add(1).add(3);
        metadata.putArray("tokenizer.ggml.scores").add(-0.5f).add(-1.25f);
        return metadata;
    }

    @Test
    void writesByteForByteWhatGgufPyWrites() throws IOException {
        float[] numbers = numbers();
        List<Outgoing> tensors = new ArrayList<>();
        tensors.add(tensor("a.vector", GgufTensor.Type.F32, List.of(5L), Arrays.copyOf(numbers, 5)));
        Stream.of(GgufTensor.Type.F32, GgufTensor.Type.F16, GgufTensor.Type.BF16, GgufTensor.Type.Q8_0)
                .forEach(type -> tensors.add(tensor("a." + type, type, List.of(2L, 64L), numbers)));
        Path file = directory.resolve("ours.gguf");
        GgufWriter.write(file, metadata(), tensors);
        assertThat(file)
                .hasBinaryContent(
                        Base64.getDecoder().decode(golden().get("gguf").stringValue()));
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Path file = directory.resolve("ours.gguf");
        float[] numbers = numbers();
        GgufWriter.write(file, metadata(), List.of(tensor("m", GgufTensor.Type.F32, List.of(4L, 32L), numbers)));
        try (GgufFile read = GgufFile.open(file)) {
            assertThat(read.metadata().toString()).isEqualTo(metadata().toString());
            GgufTensor tensor = requireNonNull(read.tensors().get("m"));
            assertThat(tensor.shape()).containsExactly(4L, 32L);
            assertThat(tensor.numbers().mismatch(MemorySegment.ofArray(numbers)))
                    .isEqualTo(-1);
        }
    }

    /// Above 65504 lie infinities in float16; a block's scale is its largest magnitude over 127.
    @ParameterizedTest
    @CsvSource({
        "F32, NaN, must hold finite numbers",
        "F16, Infinity, must hold finite numbers",
        "F16, 65520, must hold numbers within the range of float16",
        "Q8_0, 8400000, must hold numbers within the range of float16"
    })
    void refusesNumbersThatTheTypeCannotHoldAndLeavesNothing(GgufTensor.Type type, float number, String message)
            throws IOException {
        float[] numbers = new float[32];
        numbers[7] = number;
        Path file = directory.resolve("ours.gguf");
        assertThatThrownBy(() -> GgufWriter.write(file, metadata(), List.of(tensor("m", type, List.of(32L), numbers))))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file + ": tensor m ")
                .hasMessageContaining(message);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void refusesRowsOfBrokenBlocksAndNamesThatComeTwice() {
        assertThatThrownBy(() -> tensor("m", GgufTensor.Type.Q8_0, List.of(2L, 33L), new float[66]))
                .hasMessageContaining("rows of m must be of whole blocks");
        Outgoing one = tensor("m", GgufTensor.Type.F32, List.of(1L), 2);
        assertThatThrownBy(() -> GgufWriter.write(directory.resolve("x"), metadata(), List.of(one, one)))
                .hasMessageContaining("got twice m");
    }
}
