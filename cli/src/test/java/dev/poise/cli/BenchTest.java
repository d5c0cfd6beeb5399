package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.experiment.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// On a tiny model: Poise's side is real processes, the peer's a script that gives set answers.
@DisabledOnOs(OS.WINDOWS)
final class BenchTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void inputs() throws Exception {
        TinyModel.write(folder.resolve("model"), List.of("sun", "rain", "sky", "is", "."), 3);
        Files.writeString(
                folder.resolve("pairs.jsonl"),
                Stream.concat(
                                // Of no use: equal answers, and an empty one.
                                Stream.of(row("sky is", " sun", " sun"), row("sky is", " sun", " ")),
                                IntStream.range(0, 12)
                                        .mapToObj(i -> row(
                                                "sky is" + " sun".repeat(i % 4),
                                                " sun .",
                                                " rain ." + " .".repeat(i % 3))))
                        .collect(Collectors.joining()));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        script(
                "poise",
                "exec '" + java + "' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp '"
                        + System.getProperty("java.class.path") + "' dev.poise.cli.Poise \"$@\"");
    }

    private static String row(String prompt, String chosen, String rejected) {
        return "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \"%s\"}\n".formatted(prompt, chosen, rejected);
    }

    private String script(String name, String body) throws Exception {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    private CommandRun bench(String... more) {
        Stream<String> given = Stream.of(
                "bench",
                "--launcher",
                folder.resolve("poise").toString(),
                "--model",
                folder.resolve("model").toString(),
                "--pairs",
                folder.resolve("pairs.jsonl").toString(),
                "--rounds",
                "1",
                "--steps",
                "2",
                "--batches",
                "2",
                "--threads",
                "1",
                "--output",
                folder.resolve("out").toString(),
                "--json");
        Stream<String> warmup = List.of(more).contains("--warmup=2") ? Stream.of() : Stream.of("--warmup=1");
        return CommandRun.of(Stream.of(given, warmup, Stream.of(more))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    @Test
    void timesPoiseAloneWhereThereIsNoPeer() throws Exception {
        CommandRun run = bench("dpo-float32", "sample-49m");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode found = JsonMapper.shared().readTree(run.out());
        assertThat(found.path("comparisons").valueStream().map(row -> row.path("work")
                        .asString()))
                .containsExactly("dpo-float32", "sample-49m, batch 8, greedy", "sample-49m, batch 8, temperature 1");
        assertThat(found.path("comparisons").valueStream()).allSatisfy(row -> {
            assertThat(row.path("poise").size()).isEqualTo(1);
            assertThat(row.path("poise").path(0).asDouble()).isPositive();
            assertThat(row.path("peer")).isEmpty();
            assertThat(row.has("ratio")).isFalse();
        });
        assertThat(found.path("notes").path(0).asString())
                .isEqualTo("dpo-float32: Poise's side alone, since no --python was given.");
        assertThat(found.path("figures").valueStream().map(row -> row.path("name")
                        .asString()))
                .contains("share of the machine's rate that Poise reaches");
        assertThat(folder.resolve("out/bench.md")).content().contains("| dpo-float32 | pairs/s | ");
        assertThat(folder.resolve("out/bench.json")).exists();
    }

    @Test
    void refusesARatioWhereLossesDiffer() throws Exception {
        String python = script("python", """
                case $2 in
                  versions) echo '{"python": "3", "torch": "1", "transformers": "1", "trl": "1", "datasets": "1"}' ;;
                  dpo) echo '{"seconds": 2.0, "loss": [0.69, 0.69, 0.42], "chosen": [1, 1, 1], "rejected": [1, 1, 1]}' ;;
                esac""");

        CommandRun run = bench("dpo-bfloat16", "--python", python);

        assertThat(run.code()).as(run.err()).isEqualTo(1);
        JsonNode row =
                JsonMapper.shared().readTree(run.out()).path("comparisons").path(0);
        assertThat(row.path("disagreement").asString())
                .startsWith("loss of step 3: 0.6")
                .contains("0.42");
        assertThat(row.has("ratio")).isFalse();
        assertThat(row.has("poise")).isFalse();
    }

    @Test
    void saysWhatAPythonLacks() throws Exception {
        String python = script("python", "echo '{\"python\": \"3\", \"torch\": \"2.9\"}'");

        CommandRun run = bench("sample-49m", "--python", python);

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode found = JsonMapper.shared().readTree(run.out());
        assertThat(found.path("notes").path(0).asString())
                .isEqualTo("sample-49m: Poise's side alone, since " + python + " has no transformers.");
        assertThat(found.path("machine").path("peer").asString()).isEqualTo("python 3, torch 2.9");
    }

    @Test
    void refusesAPythonThatIsNotThere() {
        Path missing = folder.resolve("venv/bin/python");

        CommandRun run = bench("dpo-float32", "--python", missing.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("poise: " + missing
                        + ": must be a Python program, such as bin/python of a virtual environment");
    }

    @Test
    void refusesTooFewPairs() {
        CommandRun run = bench("dpo-float32", "--warmup=2");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(folder.resolve("pairs.jsonl") + ": must hold at least 16 usable pairs, got 12");
    }

    @Test
    void refusesWorkThatItDoesNotKnowAndPairsWithoutAModel() {
        CommandRun unknown = CommandRun.of("bench", "dpo-float16");
        CommandRun alone = CommandRun.of("bench", "--pairs", "pairs.jsonl", "--launcher", "poise");

        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err())
                .startsWith(
                        "poise bench: work must be one of dpo-float32, dpo-bfloat16, dpo-lora, sample-260k, sample-49m,"
                                + " scaling, matmul, got dpo-float16\n");
        assertThat(alone.code()).isEqualTo(2);
        assertThat(alone.err()).startsWith("poise bench: pairs must be given together with a model or a tokenizer");
    }
}
