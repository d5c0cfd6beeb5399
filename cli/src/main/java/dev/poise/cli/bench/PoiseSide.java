package dev.poise.cli.bench;

import dev.poise.cli.bench.Child.Finished;
import dev.poise.cli.bench.Child.Line;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Poise as anyone runs it: the launcher, `train` and `generate`.
///
/// @param launcher the program `poise`
/// @param folder where runs and logs go
record PoiseSide(Path launcher, Path folder) {

    private static final String RECIPE = """
            method: preference
            objective: [{type: dpo, beta: %s}]
            data: {evaluate: 0, shape: preference, bad_rows: stop, too_long: cut}
            train: {schedule: constant, warmup_steps: 0, clip_norm: 1.0, weight_decay: 0.0, shuffle: false}
            log: {every: 1}
            sample: {every: 0}
            checkpoint: {every: 0, keep: 1}
            """.formatted(TrainWork.BETA);

    /// Trains. The run is deleted when its metrics are read.
    ///
    /// @param cache where reference log-probabilities are kept; an empty folder has them computed
    Trained train(TrainWork work, Path cache) throws IOException {
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(recipe, RECIPE);
        Path run = folder.resolve("run");
        Finished finished = child(
                        "train",
                        Map.of("POISE_CACHE", cache.toString()),
                        List.of(
                                recipe.toString(),
                                "--json",
                                "--model",
                                work.model().toString(),
                                "--adapter",
                                Objects.toString(work.adapter(), "none"),
                                "--data.train",
                                work.pairs().toString(),
                                "--output",
                                run.toString(),
                                "--train.max_steps",
                                Integer.toString(work.steps()),
                                "--train.batch_pairs",
                                Integer.toString(work.batch()),
                                "--train.max_tokens",
                                Integer.toString(work.maxTokens()),
                                "--train.learning_rate",
                                Double.toString(TrainWork.LEARNING_RATE),
                                "--train.precision",
                                work.precision(),
                                "--train.threads",
                                Integer.toString(work.threads())))
                .run();
        List<JsonNode> metrics;
        try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
            metrics = lines.map(JsonMapper.shared()::readTree).toList();
        }
        AtomicWrite.delete(run);
        double reference = JsonMapper.shared()
                .readTree(finished.lastLine())
                .path("reference_seconds")
                .asDouble();
        return new Trained(
                column(metrics, "loss"),
                column(metrics, "logps/chosen"),
                column(metrics, "logps/rejected"),
                seconds(work, column(metrics, "elapsed_seconds")) + (work.live() ? reference * share(work) : 0),
                finished.usage());
    }

    /// From the end of the last step of warm-up to the end of the last step.
    private static double seconds(TrainWork work, double[] elapsed) {
        if (elapsed.length != work.steps()) {
            throw new IllegalStateException(
                    work.pairs() + ": must be trained for " + work.steps() + " steps, got " + elapsed.length);
        }
        return elapsed[elapsed.length - 1] - (work.warmup() == 0 ? 0 : elapsed[work.warmup() - 1]);
    }

    /// The reference scores all rows of the file at once; the peer's scores those of timed steps in the time.
    private static double share(TrainWork work) {
        return (double) (work.steps() - work.warmup()) / work.steps();
    }

    /// Generates. A batch is timed from the end of the one before it, which its last completion tells.
    Generated generate(SampleWork work) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.write(
                prompts,
                IntStream.range(0, work.batches())
                        .boxed()
                        .flatMap(batch -> work.batch(batch).stream())
                        .map(SampleWork.Prompt::text)
                        .toList());
        Finished finished = child(
                        "generate",
                        Map.of(),
                        List.of(
                                "--json",
                                "--model",
                                work.model().toString(),
                                "--prompts",
                                prompts.toString(),
                                "--batch",
                                Integer.toString(work.batch()),
                                "--max-new-tokens",
                                Integer.toString(work.newTokens()),
                                "--temperature",
                                work.random() ? "1" : "0",
                                "--threads",
                                Integer.toString(work.threads())))
                .run();
        List<Line> lines = finished.lines();
        if (lines.size() != work.batches() * work.batch()) {
            throw new IllegalStateException(work.model() + ": must give " + work.batches() * work.batch()
                    + " completions, got " + lines.size());
        }
        long from = lines.get(work.warmup() * work.batch() - 1).nanoseconds();
        return new Generated(
                lines.stream().map(PoiseSide::ids).toList(),
                (lines.getLast().nanoseconds() - from) / 1e9,
                finished.usage());
    }

    private static List<Integer> ids(Line line) {
        List<Integer> ids = new ArrayList<>();
        JsonMapper.shared().readTree(line.text()).path("ids").forEach(id -> ids.add(id.asInt()));
        return List.copyOf(ids);
    }

    private static double[] column(List<JsonNode> metrics, String name) {
        return metrics.stream().mapToDouble(line -> line.path(name).asDouble()).toArray();
    }

    private Child child(String verb, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString(), verb));
        command.addAll(arguments);
        return new Child(command, environment, Set.of(), folder.resolve("poise-" + verb + ".log"));
    }
}
