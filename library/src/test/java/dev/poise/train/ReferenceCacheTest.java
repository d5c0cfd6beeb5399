package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.poise.data.Encoded;
import dev.poise.data.EncodedFile;
import dev.poise.data.EncodedWriter;
import dev.poise.data.Source;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReferenceCacheTest {

    private static final Path MODEL = Path.of("src/test/resources/models/gpt2");
    private static final int BUDGET = 60;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void trap12_cachedEqualsLiveBitForBit(Precision precision) {
        List<Encoded> rows = rows(9);
        double[][] live;
        try (Decoder decoder = ModelDirectory.read(MODEL, precision, false)) {
            live = Likelihoods.summed(decoder, rows, BUDGET, done -> {});
        }
        ReferenceCache cache = new ReferenceCache(folder.resolve("cache"));
        List<Integer> told = new ArrayList<>();
        double[][] first = cache.summed(ModelFiles.of(MODEL), precision, BUDGET, rows, digest(rows), told::add);
        double[][] second = cache.summed(
                ModelFiles.of(MODEL),
                precision,
                BUDGET,
                rows,
                digest(rows),
                done -> fail("must be at hand, got computed"));
        assertThat(first).isDeepEqualTo(live);
        assertThat(second).isDeepEqualTo(live);
        assertThat(told).isSorted().endsWith(9);
    }

    @Test
    void trap12_theKeyHoldsAllThatTheNumbersDependOn() throws IOException {
        List<Encoded> rows = rows(5);
        ReferenceCache cache = new ReferenceCache(folder.resolve("cache"));
        Path copy = copyOfModel("copy");
        compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows);
        compute(cache, copy, Precision.FLOAT32, BUDGET, rows);
        assertThat(files(cache)).as("the same model elsewhere").hasSize(1);

        compute(cache, MODEL, Precision.FLOAT64, BUDGET, rows);
        assertThat(files(cache)).as("another precision").hasSize(2);
        compute(cache, MODEL, Precision.FLOAT32, BUDGET + 1, rows);
        assertThat(files(cache)).as("another micro-batch").hasSize(3);
        compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows.reversed());
        assertThat(files(cache)).as("the same rows in another order").hasSize(4);
        compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows.subList(0, 4));
        assertThat(files(cache)).as("fewer rows").hasSize(5);

        Path config = copy.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("1e-05", "2e-05"));
        compute(cache, copy, Precision.FLOAT32, BUDGET, rows);
        assertThat(files(cache)).as("another configuration").hasSize(6);
        Path tuned = copyOfModel("tuned");
        byte[] weights = Files.readAllBytes(tuned.resolve("model.safetensors"));
        weights[weights.length - 4] ^= 1; // the last bit of the last number
        Files.write(tuned.resolve("model.safetensors"), weights);
        compute(cache, tuned, Precision.FLOAT32, BUDGET, rows);
        assertThat(files(cache)).as("one bit of the weights").hasSize(7);
    }

    /// Rows are scored as they come, so an order of their own never gets another row's number.
    @Test
    void trap12_everyRowKeepsItsOwnNumberInAnyOrder() {
        List<Encoded> rows = rows(7);
        ReferenceCache cache = new ReferenceCache(folder);
        double[][] forth = compute(cache, MODEL, Precision.FLOAT64, BUDGET, rows);
        double[][] back = compute(cache, MODEL, Precision.FLOAT64, BUDGET, rows.reversed());
        for (int row = 0; row < 7; row++) {
            for (int side = 0; side < 2; side++) {
                assertThat(Math.abs(back[6 - row][side] - forth[row][side])).isLessThan(1e-10);
            }
        }
        assertThat(Arrays.stream(forth).mapToDouble(sums -> sums[0]).distinct().count())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 60, -1})
    void aDamagedFileIsRefusedByName(int kept) throws IOException {
        List<Encoded> rows = rows(5);
        ReferenceCache cache = new ReferenceCache(folder.resolve("cache"));
        compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows);
        Path file = files(cache).getFirst();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, kept < 0 ? whole.length + kept : kept));
        assertThatThrownBy(() -> compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file.toString());
    }

    @Test
    void aFileOfOtherRowsIsRefused() throws IOException {
        ReferenceCache cache = new ReferenceCache(folder.resolve("cache"));
        compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows(5));
        Path five = files(cache).getFirst();
        Path model = Files.copy(MODEL.resolve("model.safetensors"), folder.resolve("other.safetensors"));
        String digest = digest(rows(5));
        assertThatThrownBy(() ->
                        cache.summed(ModelFiles.of(MODEL), Precision.FLOAT32, BUDGET, rows(4), digest, done -> {}))
                .isInstanceOf(WeightsException.class)
                .hasMessage(five + ": must hold reference log-probabilities of 4 rows; delete it");
        Files.copy(model, five, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> compute(cache, MODEL, Precision.FLOAT32, BUDGET, rows(5)))
                .isInstanceOf(WeightsException.class)
                .hasMessage(five + ": must hold reference log-probabilities of 5 rows; delete it");
    }

    private double[][] compute(ReferenceCache cache, Path model, Precision precision, int budget, List<Encoded> rows) {
        return cache.summed(ModelFiles.of(model), precision, budget, rows, digest(rows), done -> {});
    }

    /// What a run takes as its rows' digest.
    private String digest(List<Encoded> rows) {
        Path file = folder.resolve("train.rows");
        try (EncodedWriter writer = new EncodedWriter(file)) {
            rows.forEach(writer::write);
            writer.finish();
        }
        try (EncodedFile encoded = EncodedFile.open(file)) {
            return encoded.digest();
        }
    }

    private static List<Path> files(ReferenceCache cache) throws IOException {
        try (Stream<Path> files = Files.list(cache.directory())) {
            return files.toList();
        }
    }

    private Path copyOfModel(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(MODEL.resolve(file), copy.resolve(file));
        }
        return copy;
    }

    private static List<Encoded> rows(int count) {
        SplittableRandom random = new SplittableRandom(8);
        List<Encoded> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            int[] prompt = random.ints(2 + row, 3, 96).toArray();
            rows.add(new Encoded.Pair(
                    new Source(Path.of("pairs.jsonl"), row + 1),
                    sequence(prompt, random.ints(3 + row, 3, 96).toArray()),
                    sequence(prompt, random.ints(6, 3, 96).toArray())));
        }
        return rows;
    }

    private static TokenSequence sequence(int[] prompt, int[] completion) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + completion.length);
        System.arraycopy(completion, 0, ids, prompt.length, completion.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }
}
