package dev.poise.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.monitor.Event;
import dev.poise.run.Machine;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RunDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorBoardTest {

    private static final Instant STARTED = Instant.parse("2026-03-01T10:00:00.500Z");
    private static final double SECONDS = STARTED.toEpochMilli() / 1000.0;

    @TempDir
    private Path directory;

    static MetricLine line(long step, Object... entries) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            values.put((String) entries[i], entries[i + 1]);
        }
        return new MetricLine(step, values);
    }

    static final List<MetricLine> LINES = List.of(
            line(0, "epoch", 0.0, "eval_loss", 0.75, "eval_rewards/accuracies", 0.5),
            line(2, "epoch", 0.5, "loss", 0.625, "grad_norm", 3.5, "num_tokens", 1000L, "elapsed_seconds", 4.0),
            line(
                    2,
                    Event.KEY,
                    "alarm",
                    "name",
                    "bend",
                    "since",
                    1L,
                    "title",
                    "Bent",
                    "happened",
                    "It bent.",
                    "meaning",
                    "m",
                    "advice",
                    "Wait."),
            line(2, "epoch", 0.5, "eval_loss", 0.5, "note", "text"),
            line(4, "epoch", 1.0, "loss", Double.NaN, "num_tokens", 2000L, "elapsed_seconds", 1.5),
            line(4, "epoch", 1.0, "eval_loss", 0.5625));

    static RunDirectory run(Path root, List<MetricLine> lines) throws IOException {
        RunDirectory run = new RunDirectory(Files.createDirectories(root));
        Recipe recipe = Recipe.parse("r.yaml", """
                method: preference
                model: m
                data: {train: [a.jsonl], evaluate: 0.25}
                objective: [{type: dpo, beta: 0.1}]
                train: {epochs: 2.5, batch_pairs: 6}
                evaluate: {every: 2}
                log: {every: 2, to: [tensorboard, trainer_state]}
                output: o
                """, List.of());
        Files.writeString(run.recipe(), recipe.toYaml());
        new Manifest(
                        "0",
                        null,
                        "preference",
                        3,
                        List.of(),
                        new Manifest.Weights("m", "00"),
                        null,
                        null,
                        new TreeMap<>(Map.of()),
                        Machine.here(1, "cpu"),
                        STARTED,
                        null,
                        Manifest.Status.RUNNING,
                        null,
                        0,
                        null)
                .writeTo(run.manifest());
        try (Metrics metrics = Metrics.create(run.metrics())) {
            for (MetricLine line : lines) {
                metrics.append(line);
            }
        }
        return run;
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(file -> file.toString().contains("tfevents")).toList();
        }
    }

    private static List<String> scalars(Path file) throws IOException {
        return EventFile.read(file).scalars().stream()
                .map(scalar -> scalar.step() + " " + scalar.tag() + " " + scalar.value())
                .toList();
    }

    private static final String[] SCALARS = {
        "0 train/epoch 0.0",
        "0 eval/loss 0.75",
        "0 eval/rewards/accuracies 0.5",
        "2 train/epoch 0.5",
        "2 train/loss 0.625",
        "2 train/grad_norm 3.5",
        "2 train/num_tokens 1000.0",
        "2 train/elapsed_seconds 4.0",
        "2 eval/loss 0.5",
        "4 train/epoch 1.0",
        "4 train/loss NaN",
        "4 train/num_tokens 2000.0",
        "4 train/elapsed_seconds 1.5",
        "4 eval/loss 0.5625"
    };

    @Test
    void aRunIsExportedUnderTheNamesOfTrl() throws IOException {
        RunDirectory run = run(directory.resolve("run"), LINES);
        Path file = TensorBoard.export(run, directory.resolve("elsewhere"));
        assertThat(file.getFileName()).hasToString("events.out.tfevents." + STARTED.getEpochSecond() + ".poise");
        assertThat(scalars(file)).containsExactly(SCALARS);
        EventFile read = EventFile.read(file);
        assertThat(read.texts()).hasSize(2);
        assertThat(read.texts().getFirst()).startsWith("recipe: ").contains("batch_pairs: 6");
        assertThat(read.texts().getLast())
                .startsWith("events: ")
                .contains("**Bent** (bend): It bent. What to try: Wait.");
        // The second process's clock began anew.
        assertThat(read.scalars().stream()
                        .filter(one -> one.tag().equals("train/loss"))
                        .map(EventFile.Scalar::wall))
                .satisfiesExactly(
                        wall -> assertThat(wall).isCloseTo(SECONDS + 4, within(1e-6)),
                        wall -> assertThat(wall).isCloseTo(SECONDS + 5.5, within(1e-6)));
    }

    @Test
    void aFollowedRunHasEveryLineOnceHoweverItWasStopped() throws IOException {
        RunDirectory run = run(directory.resolve("run"), List.of());
        try (Metrics metrics = Metrics.create(run.metrics())) {
            metrics.append(LINES.getFirst()); // before the sink is there
            metrics.copyTo(TensorBoard.follow(run));
            for (MetricLine line : LINES.subList(1, 6)) {
                metrics.append(line);
            }
        }
        assertThat(files(run.root())).hasSize(1);
        Path first = files(run.root()).getFirst();
        assertThat(scalars(first)).containsExactly(SCALARS);
        // Killed in the middle of a record, after steps that no checkpoint has.
        byte[] bytes = Files.readAllBytes(first);
        Files.write(first, Arrays.copyOf(bytes, bytes.length - 7));
        try (Metrics metrics = Metrics.resume(run.metrics(), 2)) {
            metrics.copyTo(TensorBoard.follow(run));
            for (MetricLine line : LINES.subList(4, 6)) {
                metrics.append(line);
            }
        }
        assertThat(files(run.root())).hasSize(1).doesNotContain(first);
        assertThat(scalars(files(run.root()).getFirst())).containsExactly(SCALARS);
    }

    @Test
    void nothingIsWrittenBesideEventsThatAreThereOrOfARunWithoutMetrics() throws IOException {
        RunDirectory run = run(directory.resolve("run"), LINES);
        Path there = TensorBoard.export(run, run.root());
        assertThatThrownBy(() -> TensorBoard.export(run, run.root()))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("must hold no event file, got " + there.getFileName());
        assertThat(files(run.root())).containsExactly(there);
        RunDirectory empty = run(directory.resolve("empty"), List.of());
        assertThatThrownBy(() -> TensorBoard.export(empty, empty.root())).hasMessageContaining("must hold metrics");
        assertThat(files(empty.root())).isEmpty();
    }
}
