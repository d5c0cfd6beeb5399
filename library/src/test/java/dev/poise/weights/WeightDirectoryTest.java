package dev.poise.weights;

import static dev.poise.weights.RawFile.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightDirectoryTest {

    @TempDir
    private Path root;

    private Path directory = Path.of("");

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createDirectory(root.resolve("model"));
    }

    /// 8, 12 and 4 bytes.
    private static final List<OutgoingTensor> TENSORS =
            List.of(tensor("c", 1.5F, -2F), tensor("a", 3F, 4F, 5F), tensor("b", 6F));

    @Test
    void writesOneFileWhereItFits() throws IOException {
        ShardedWriter.write(directory, TENSORS, 24);
        assertThat(fileNames()).containsExactly("model.safetensors");
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(weights.directory()).isEqualTo(directory);
            assertThat(weights.names()).containsExactly("a", "b", "c");
            assertThat(weights.find("d")).isEmpty();
            assertThat(floats(weights, "a")).containsExactly(3, 4, 5);
        }
    }

    @Test
    void writesShardsAndAnIndexWhereItDoesNot() throws IOException {
        ShardedWriter.write(directory, TENSORS, 19);
        assertThat(fileNames())
                .containsExactly(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        assertThat(directory.resolve("model.safetensors.index.json"))
                .hasContent("{\"metadata\":{\"total_size\":24},\"weight_map\":{"
                        + "\"a\":\"model-00002-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\","
                        + "\"c\":\"model-00001-of-00002.safetensors\"}}");
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(weights.names()).containsExactly("a", "b", "c");
            assertThat(floats(weights, "c")).containsExactly(1.5F, -2);
            assertThat(floats(weights, "b")).containsExactly(6);
        }
    }

    @Test
    void givesALargeTensorAFileOfItsOwn() throws IOException {
        ShardedWriter.write(directory, TENSORS, 3);
        assertThat(fileNames()).hasSize(4);
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(floats(weights, "a")).containsExactly(3, 4, 5);
        }
    }

    @Test
    void replacesFormerWeightsCompletely() throws IOException {
        ShardedWriter.write(directory, TENSORS, 3);
        Files.writeString(directory.resolve("model-card.safetensors"), "not ours");
        ShardedWriter.write(directory, List.of(tensor("new", 7F)), 24);
        assertThat(fileNames()).containsExactly("model-card.safetensors", "model.safetensors");
        ShardedWriter.write(directory, TENSORS, 19);
        assertThat(fileNames())
                .containsExactly(
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model-card.safetensors",
                        "model.safetensors.index.json");
    }

    @Test
    void neverMixesOldShardsWithNewOnes() {
        ShardedWriter.write(directory, TENSORS, 19);
        OutgoingTensor failing = new OutgoingTensor("b", Dtype.F32, List.of(1L), Dtype.F32, () -> {
            throw new IllegalStateException("stopped");
        });
        List<OutgoingTensor> half = List.of(tensor("c", 8F, 9F), tensor("a", 10F, 11F, 12F), failing);
        assertThatThrownBy(() -> ShardedWriter.write(directory, half, 19)).hasMessage("stopped");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageEndingWith("must hold model.safetensors or model.safetensors.index.json, got neither");
    }

    @Test
    void prefersTheSingleFileAsTransformersDoes() throws IOException {
        ShardedWriter.write(directory, TENSORS, 19);
        SafetensorsWriter.write(directory.resolve("model.safetensors"), List.of(tensor("single", 7F)));
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(weights.names()).containsExactly("single");
        }
    }

    @Test
    void digestDependsOnTheWeightsAndNotOnTheFiles() throws IOException {
        String digest = digest(TENSORS, 24);
        assertThat(digest).matches("[0-9a-f]{64}");
        assertThat(digest(TENSORS, 3)).isEqualTo(digest);
        assertThat(digest(TENSORS.reversed(), 19)).isEqualTo(digest);
        assertThat(digest(List.of(tensor("c", 1.5F, -2F), tensor("a", 3F, 4F, 5F), tensor("b", 6.5F)), 24))
                .isNotEqualTo(digest);
    }

    @Test
    void refusesAPickleAndSaysHowToConvertIt() throws IOException {
        Files.writeString(directory.resolve("pytorch_model.bin"), "any code");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(
                        directory + ": must hold model.safetensors or model.safetensors.index.json, got")
                .hasMessageContaining("pytorch_model.bin, a pickle")
                .hasMessageContaining("safe_serialization=True");
    }

    @Test
    void refusesADirectoryThatIsNone() {
        assertThatThrownBy(() -> WeightDirectory.open(root.resolve("absent")))
                .isInstanceOf(WeightsException.class)
                .hasMessageEndingWith("got no directory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "/outside.safetensors",
                "sub/outside.safetensors",
                "..\\\\outside.safetensors",
                "C:outside.safetensors",
                "..",
                "",
                ".safetensors",
                "a\\u0000.safetensors",
                "a\\n.safetensors",
                "pytorch_model.bin"
            })
    void refusesFileNamesThatAreNoPlainNames(String name) throws IOException {
        SafetensorsWriter.write(root.resolve("outside.safetensors"), List.of(tensor("a", 3F)));
        index("{\"weight_map\":{\"a\":\"" + name + "\"}}");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("model.safetensors.index.json, byte 19: file of tensor a must be the plain name"
                        + " of a .safetensors file, got ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"x.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\"}",
            })
    void refusesAMalformedIndex(String text) throws IOException {
        SafetensorsWriter.write(directory.resolve("x.safetensors"), List.of(tensor("a", 3F)));
        index(text);
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(directory.resolve("model.safetensors.index.json") + ", byte ");
    }

    @Test
    void ignoresWhatAnIndexSaysForPeople() throws IOException {
        SafetensorsWriter.write(directory.resolve("x.safetensors"), List.of(tensor("a", 3F)));
        index("{\"metadata\":{\"total_size\":99,\"list\":[{}]},\"weight_map\":{\"a\":\"x.safetensors\"},\"more\":[1]}");
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(floats(weights, "a")).containsExactly(3);
        }
    }

    @Test
    void refusesAnIndexThatNamesAnAbsentFile() throws IOException {
        index("{\"weight_map\":{\"a\":\"x.safetensors\"}}");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageEndingWith("every file named must be there, got no x.safetensors");
    }

    @Test
    void listsWhatAShardLacksAndHasTooMuch() throws IOException {
        SafetensorsWriter.write(directory.resolve("x.safetensors"), List.of(tensor("a", 3F), tensor("b", 4F)));
        SafetensorsWriter.write(directory.resolve("y.safetensors"), List.of(tensor("b", 4F)));
        // b is in both files, c in none.
        index("{\"weight_map\":{\"a\":\"x.safetensors\",\"c\":\"x.safetensors\",\"b\":\"y.safetensors\"}}");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessage(directory.resolve("x.safetensors")
                        + ": weights must be exactly those asked for, got 1 missing: c; 1 unexpected: b");
    }

    @Test
    void namesTheShardThatIsMalformed() throws IOException {
        Path shard = RawFile.of(directory.resolve("x.safetensors"), "{" + entry("a", "\"F32\"", "[1]", "[0,4]") + "}");
        index("{\"weight_map\":{\"a\":\"x.safetensors\"}}");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(shard + ", byte ");
    }

    @Test
    void refusesALinkOutOfTheDirectoryAndFollowsOneWithin() throws IOException {
        Path outside = root.resolve("outside.safetensors");
        SafetensorsWriter.write(outside, List.of(tensor("a", 3F)));
        Path link = Files.createSymbolicLink(directory.resolve("x.safetensors"), outside);
        index("{\"weight_map\":{\"a\":\"x.safetensors\"}}");
        assertThatThrownBy(() -> WeightDirectory.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessageEndingWith("files must lie in the directory, got a link out of it: x.safetensors");
        Files.delete(link);
        Files.move(outside, directory.resolve("inside.safetensors"));
        Files.createSymbolicLink(link, Path.of("inside.safetensors"));
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            assertThat(floats(weights, "a")).containsExactly(3);
        }
    }

    @Test
    void followsTheLinksOfTheHubsDownloadCache() throws IOException {
        Path snapshot = Files.createDirectories(root.resolve("models--some--model/snapshots/0a1b2c"));
        Path blobs = Files.createDirectories(root.resolve("models--some--model/blobs"));
        SafetensorsWriter.write(blobs.resolve("5f6e"), List.of(tensor("a", 3F)));
        Files.createSymbolicLink(snapshot.resolve("x.safetensors"), Path.of("../../blobs/5f6e"));
        Files.writeString(
                snapshot.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"x.safetensors\"}}");
        try (WeightDirectory weights = WeightDirectory.open(snapshot)) {
            assertThat(floats(weights, "a")).containsExactly(3);
        }
    }

    private void index(String text) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), text);
    }

    private String digest(List<OutgoingTensor> tensors, long maximumShardBytes) {
        ShardedWriter.write(directory, tensors, maximumShardBytes);
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            return weights.digest();
        }
    }

    private List<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static OutgoingTensor tensor(String name, float... numbers) {
        return new OutgoingTensor(
                name, Dtype.F32, List.of((long) numbers.length), Dtype.F32, () -> MemorySegment.ofArray(numbers));
    }

    private static float[] floats(WeightDirectory weights, String name) {
        StoredTensor tensor = weights.find(name).orElseThrow();
        float[] numbers = new float[(int) tensor.elements()];
        tensor.copyTo(MemorySegment.ofArray(numbers), Dtype.F32);
        return numbers;
    }
}
