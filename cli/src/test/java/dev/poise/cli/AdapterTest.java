package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An adapter from its recipe to scores beside its base and to a whole model.
final class AdapterTest {

    private static final Path PAIRS = Path.of("../library/src/test/resources/golden/trl-pairs.jsonl");
    private static final String BASE = PairsTest.MODEL.toString();

    @TempDir
    private Path folder;

    private String adapter;

    @BeforeEach
    void trainOne() {
        CommandRun run = CommandRun.of(
                "train",
                "../recipes/dpo.yaml",
                "--model",
                BASE,
                "--adapter",
                "{rank: 4, alpha: 8}",
                "--data.train",
                PAIRS.toString(),
                "--train.max_tokens",
                "64",
                "--train.max_steps",
                "2",
                "--train.learning_rate",
                "1e-2",
                "--output",
                folder.resolve("run").toString());
        assertThat(run.code()).as(run.err()).isZero();
        adapter = folder.resolve("run/model").toString();
    }

    @Test
    void anAdapterItsBaseWithItAndTheTwoMergedScoreAlike() throws IOException {
        assertThat(Path.of(adapter)).isDirectoryContaining("glob:**/adapter_model.safetensors");
        double[] base = sums("--model", BASE);
        double[] alone = sums("--model", adapter);
        double[] beside = sums("--model", BASE, "--adapter", adapter);
        Path whole = folder.resolve("whole");
        CommandRun merge = CommandRun.of("merge", "--model", adapter, "--output", whole.toString());
        assertThat(merge.code()).as(merge.err()).isZero();
        assertThat(merge.out()).contains(whole.toString());
        double[] merged = sums("--model", whole.toString());

        assertThat(beside).containsExactly(alone);
        assertThat(merged).containsExactly(alone, within(1e-3));
        // It learnt something, or all of them would agree whatever the adapter did.
        for (int i = 0; i < base.length; i++) {
            assertThat(Math.abs(alone[i] - base[i])).isGreaterThan(1e-2);
        }
        assertThat(Files.exists(whole.resolve("adapter_config.json"))).isFalse();
    }

    @Test
    void refusesWhatCannotBeMerged() throws IOException {
        refused("must be an adapter's directory", "merge", "--model", BASE, "--output", "never");
        refused(
                "must not be there yet",
                "merge",
                "--model",
                adapter,
                "--output",
                Files.createDirectory(folder.resolve("there")).toString());
        refused(
                "got another adapter",
                "merge",
                "--model",
                adapter,
                "--adapter",
                adapter,
                "--output",
                folder.resolve("never").toString());
        assertThat(folder.resolve("never")).doesNotExist();
    }

    private static void refused(String message, String... asked) {
        CommandRun run = CommandRun.of(asked);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    private static double[] sums(String... model) {
        CommandRun run = CommandRun.of(Stream.concat(
                        Stream.of("score", "--data", PAIRS.toString(), "--max-tokens", "64", "--json"),
                        Arrays.stream(model))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(lines).isNotEmpty();
        return lines.stream()
                .flatMapToDouble(line -> DoubleStream.of(
                        line.path("chosen").path("sum").asDouble(),
                        line.path("rejected").path("sum").asDouble()))
                .toArray();
    }
}
