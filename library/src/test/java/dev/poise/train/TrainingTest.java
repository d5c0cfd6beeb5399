package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.run.AtomicWrite;
import dev.poise.run.Digest;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.torch.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TrainingTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");
    private static final Path EVALUATION = Path.of("src/test/resources/golden/trl-evaluation-pairs.jsonl");
    private static final JsonNode GOLDEN = golden();
    private static final List<String> TIMES = List.of(
            "elapsed_seconds",
            "pairs_per_second",
            "tokens_per_second",
            "monitor/seconds",
            "monitor/time_share",
            "monitor/own/seconds",
            "monitor/own/time_share");

    @TempDir
    Path folder;

    @BeforeEach
    void ownCache() {
        // The reference cache of these runs lies beside them: see the surefire configuration for POISE_CACHE.
        assertThat(System.getenv("POISE_CACHE")).as("POISE_CACHE").isNotBlank();
    }

    static Stream<String> trlRuns() {
        return GOLDEN.get("runs").propertyNames().stream();
    }

    /// Per-step metrics of TRL 1.13 on the same pairs, order and settings (`src/test/python/make_trajectory.py`).
    ///
    /// Where TRL accumulates, its metrics are means of micro-batch means and not comparable; loss and gradient are.
    @ParameterizedTest
    @MethodSource("trlRuns")
    void everyStepEqualsTrl(String name) throws IOException {
        JsonNode run = GOLDEN.get("runs").get(name);
        JsonNode settings = run.get("settings");
        int accumulation = settings.get("gradient_accumulation_steps").intValue();
        int batch = accumulation * settings.get("per_device_train_batch_size").intValue();
        List<String> overrides = new ArrayList<>(List.of(
                "method=" + (name.startsWith("sft") ? "supervised" : "preference"),
                "objective=" + objective(settings.get("loss_type")),
                "train.max_steps=" + settings.get("max_steps").intValue(),
                "train.batch_pairs=" + batch,
                "train.learning_rate=" + settings.get("learning_rate").doubleValue(),
                "train.schedule=" + settings.get("lr_scheduler_type").stringValue(),
                "train.warmup_steps=" + settings.get("warmup_steps").intValue(),
                "train.weight_decay=" + settings.get("weight_decay").doubleValue(),
                "train.max_tokens=" + settings.get("max_length").intValue(),
                "train.shuffle=false",
                "log.every=1"));
        Training.run(recipe("run", overrides), false, Progress.silent());

        List<MetricLine> lines = Metrics.read(folder.resolve("run/metrics.jsonl"));
        assertThat(lines).hasSize(run.get("steps").size());
        for (int step = 0; step < lines.size(); step++) {
            MetricLine line = lines.get(step);
            run.get("steps").get(step).properties().forEach(metric -> {
                boolean ofTheStep =
                        List.of("loss", "grad_norm", "learning_rate").contains(metric.getKey());
                // Policy and reference are equal before the first step: which reward is greater is rounding.
                boolean noise = line.step() == 1 && metric.getKey().equals("rewards/accuracies");
                if (!noise && (accumulation == 1 || ofTheStep)) {
                    double expected = metric.getValue().doubleValue();
                    assertThat(line.number(metric.getKey()).orElseThrow())
                            .as("%s of step %d", metric.getKey(), line.step())
                            .isCloseTo(expected, within(1e-3 * Math.abs(expected) + 2e-5));
                }
            });
        }
    }

    private static String objective(JsonNode lossType) {
        String type = lossType.isArray() ? lossType.get(0).stringValue() : lossType.stringValue();
        return switch (type) {
            case "sigmoid" -> "[{type: dpo, beta: 0.1}]";
            case "ipo" -> "[{type: ipo, beta: 0.1}]";
            case "hinge" -> "[{type: hinge, beta: 0.1}]";
            case "chunked_nll" -> "[{type: mle}]";
            default -> throw new IllegalArgumentException(type);
        };
    }

    @Test
    void evaluationEqualsTrlAfterItsLastStep() throws IOException {
        Training.Outcome outcome = Training.run(
                recipe(
                        "run",
                        List.of(
                                "train.max_steps=10",
                                "train.batch_pairs=4",
                                "train.learning_rate=1e-3",
                                "train.schedule=constant",
                                "train.max_tokens=64",
                                "train.shuffle=false",
                                "data.evaluate=" + EVALUATION)),
                false,
                Progress.silent());
        JsonNode expected = GOLDEN.get("runs").get("dpo").get("evaluation");
        for (String name :
                List.of("eval_loss", "eval_rewards/margins", "eval_rewards/accuracies", "eval_logps/chosen")) {
            double value = expected.get(name).doubleValue();
            assertThat(outcome.evaluation().get(name)).as(name).isCloseTo(value, within(1e-3 * Math.abs(value)));
        }
    }

    /// Kills a training process at drawn moments, checkpoints being written at every step, and resumes it each time.
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void trap21_aKilledAndResumedRunEqualsTheUninterruptedOneBitForBit(long seed) throws Exception {
        List<String> overrides = List.of(
                "train.max_steps=30",
                "train.batch_pairs=4",
                "train.learning_rate=1e-3",
                "train.schedule=cosine",
                "train.max_tokens=64",
                "data.evaluate=0.2",
                "evaluate.every=7",
                "checkpoint.every=1",
                "log.every=4",
                "sample.every=10",
                "sample.prompts=2",
                "sample.max_new_tokens=8",
                "objective=[{type: dpo, beta: 0.1}, {type: mle, weight: 0.2}]",
                "monitor.every=2",
                "monitor.generate={every: 6, prompts: 2, max_new_tokens: 8}",
                "monitor.alarms.bend.fall=0.01",
                "monitor.alarms.entropy_turn={fall: 0.001, patience: 1}",
                "monitor.governor={term: 1, gain: 5}",
                "checkpoint.best=monitor/mass_top",
                "checkpoint.better=larger",
                "train.threads=2");
        Training.run(recipe("whole", overrides), false, Progress.silent());

        SplittableRandom random = new SplittableRandom(seed);
        int kills = 0;
        while (!Files.exists(folder.resolve("killed/model"))) {
            Process process = start(overrides, kills > 0);
            try (BufferedReader out = process.inputReader()) {
                int lines = random.nextInt(1, 12);
                while (lines > 0 && kills < 4 && out.readLine() != null) {
                    lines--;
                }
                if (kills < 4) {
                    Thread.sleep(random.nextInt(15));
                    process.destroyForcibly();
                    kills++;
                } else {
                    out.lines().forEach(line -> {});
                }
            }
            process.waitFor();
        }
        assertThat(kills).isEqualTo(4);
        assertThat(folder.resolve("killed/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
        assertThat(folder.resolve("killed/samples.jsonl"))
                .hasSameTextualContentAs(folder.resolve("whole/samples.jsonl"));
        assertThat(withoutTimes("killed")).isEqualTo(withoutTimes("whole"));
        assertThat(withoutTimes("whole"))
                .as("events of every kind that monitors may decide on")
                .extracting(line -> line.get("event"))
                .contains("alarm", "governor", "best");
    }

    private Process start(List<String> overrides, boolean resume) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingTest.class.getName(),
                folder.toString(),
                Boolean.toString(resume)));
        command.addAll(overrides);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /// A training process that says each step it has made.
    public static void main(String[] arguments) throws IOException {
        TrainingTest process = new TrainingTest();
        process.folder = Path.of(arguments[0]);
        List<String> overrides = Arrays.asList(arguments).subList(2, arguments.length);
        Progress progress = new Progress() {
            @Override
            public void note(String line) {}

            @Override
            public void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers) {
                System.out.println(stage + " " + done);
            }
        };
        Training.run(process.recipe("killed", overrides), Boolean.parseBoolean(arguments[1]), progress);
    }

    private List<Map<String, Object>> withoutTimes(String run) throws IOException {
        return Metrics.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .map(line -> {
                    Map<String, Object> values = new LinkedHashMap<>(line.values());
                    values.put("step", line.step());
                    TIMES.forEach(values::remove);
                    return values;
                })
                .toList();
    }

    @Test
    void refusesToResumeWithOtherSettingsOrOtherData() throws IOException {
        List<String> overrides = List.of("train.max_steps=2", "train.max_tokens=64", "train.batch_pairs=4");
        Path data = Files.copy(PAIRS, folder.resolve("pairs.jsonl"));
        List<String> onCopy = Stream.concat(overrides.stream(), Stream.of("data.train=" + data))
                .toList();
        Training.run(recipe("run", onCopy), false, Progress.silent());
        assertThatThrownBy(() -> Training.run(recipe("run", onCopy), false, Progress.silent()))
                .hasMessageContaining("must be empty, got a run");
        List<String> other = Stream.concat(onCopy.stream(), Stream.of("seed=5")).toList();
        assertThatThrownBy(() -> Training.run(recipe("run", other), true, Progress.silent()))
                .hasMessageContaining("the recipe is not the one that the run was started with");
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.removeFirst();
        Files.write(data, lines);
        assertThatThrownBy(() -> Training.run(recipe("run", onCopy), true, Progress.silent()))
                .hasMessageContaining("the data files are not those that the run was started with");
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void goesOnFromACheckpointInEveryPrecision(Precision precision) throws IOException {
        List<String> overrides = List.of(
                "train.max_steps=4",
                "train.max_tokens=64",
                "train.batch_pairs=4",
                "checkpoint.every=2",
                "data.evaluate=0.2",
                "train.precision=" + precision.name().toLowerCase(Locale.ROOT));
        Training.Outcome whole = Training.run(recipe("run", overrides), false, Progress.silent());
        Path run = folder.resolve("run");
        byte[] weights = Files.readAllBytes(run.resolve("model/model.safetensors"));
        assertThat(Training.run(recipe("run", overrides), true, Progress.silent()))
                .usingRecursiveComparison()
                .ignoringFields("referenceSeconds")
                .isEqualTo(whole);

        AtomicWrite.delete(run.resolve("checkpoint-4"));
        AtomicWrite.delete(run.resolve("model"));
        assertThat(Training.run(recipe("run", overrides), true, Progress.silent()))
                .usingRecursiveComparison()
                .ignoringFields("referenceSeconds")
                .isEqualTo(whole);
        assertThat(run.resolve("model/model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void refusesABestMetricThatIsNotMeasured() {
        assertThatThrownBy(() -> Training.run(
                        recipe(
                                "run",
                                List.of(
                                        "train.max_steps=2",
                                        "train.max_tokens=64",
                                        "data.evaluate=0.2",
                                        "checkpoint.best=eval_typo")),
                        false,
                        Progress.silent()))
                .hasMessageContaining("checkpoint.best must be one of eval_loss, eval_logps/chosen")
                .hasMessageContaining("got eval_typo");
    }

    @Test
    void refusesAContextLongerThanTheModels() {
        assertThatThrownBy(
                        () -> Training.run(recipe("run", List.of("train.max_tokens=4096")), false, Progress.silent()))
                .hasMessageContaining("train.max_tokens must be at most the model's context of");
    }

    @Test
    void badRowsStopTheRunOrGoToQuarantineAndAreCounted() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(PAIRS));
        lines.add(2, "{\"prompt\": \"p\", \"chosen\": \"same\", \"rejected\": \"same\"}");
        lines.add(5, "not json");
        Path data = Files.write(folder.resolve("pairs.jsonl"), lines);
        List<String> overrides =
                List.of("train.max_steps=1", "train.max_tokens=64", "train.batch_pairs=4", "data.train=" + data);
        assertThatThrownBy(() -> Training.run(recipe("kept", overrides), false, Progress.silent()))
                .hasMessageContaining("pairs.jsonl:3");
        // The same output, once the cause is dealt with.
        List<String> lenient = Stream.concat(overrides.stream(), Stream.of("data.bad_rows=quarantine"))
                .toList();
        Training.run(recipe("kept", lenient), false, Progress.silent());
        assertThat(Files.readAllLines(folder.resolve("kept/quarantine.jsonl"))).hasSize(2);
    }

    @Test
    void trap08_aRunWhereNothingIsLeftToTrainOnStops() {
        assertThatThrownBy(() -> Training.run(recipe("run", List.of("train.max_tokens=4")), false, Progress.silent()))
                .hasMessageContaining("leaves no row to use");
    }

    @Test
    void theRunDirectoryHoldsWhatItPromises() throws IOException {
        Training.run(
                recipe(
                        "run",
                        List.of(
                                "train.max_steps=6",
                                "train.max_tokens=64",
                                "train.batch_pairs=4",
                                "data.evaluate=0.2",
                                "evaluate.every=2",
                                "checkpoint.every=2",
                                "checkpoint.keep=1")),
                false,
                Progress.silent());
        Path run = folder.resolve("run");
        assertThat(run.resolve("recipe.yaml")).content().contains("adam_epsilon");
        assertThat(run.resolve("manifest.json")).content().contains("\"DONE\"");
        assertThat(run.resolve("model/config.json")).exists();
        assertThat(run.resolve("model/tokenizer.json")).exists();
        assertThat(run.resolve("model/README.md")).content().contains("eval_loss");
        assertThat(run.resolve("checkpoint-6/optimizer.safetensors")).exists();
        try (Stream<Path> entries = Files.list(run)) {
            assertThat(entries.filter(entry -> entry.getFileName().toString().startsWith("checkpoint-"))
                            .count())
                    .as("the newest checkpoint, and the best where it is another")
                    .isBetween(1L, 2L);
        }
    }

    @Test
    void theManifestSaysWhichChatTemplateARunWasTunedWith() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Path tools = Files.createDirectories(model.resolve("additional_chat_templates"))
                .resolve("tool_use.jinja");
        Files.writeString(tools, "{% for m in messages %}{{ m.content }}{% endfor %}");
        List<String> overrides =
                List.of("train.max_steps=1", "train.max_tokens=64", "train.batch_pairs=4", "model=" + model);
        Training.run(recipe("run", overrides), false, Progress.silent());
        Path run = folder.resolve("run");
        Path plain = model.resolve("chat_template.jinja");
        assertThat(Manifest.read(run.resolve("manifest.json")).chatTemplates())
                .containsExactly(
                        new Manifest.Template("model:default", plain.toString(), Digest.ofFile(plain)),
                        new Manifest.Template("model:tool_use", tools.toString(), Digest.ofFile(tools)));
        assertThat(run.resolve("model/additional_chat_templates/tool_use.jinja"))
                .hasSameTextualContentAs(tools);
        assertThat(run.resolve("model/README.md"))
                .content()
                .contains("by the chat template `model:tool_use` (SHA-256 `" + Digest.ofFile(tools) + "`)");
        Files.writeString(tools, "{{ tools }}");
        assertThatThrownBy(() -> Training.run(recipe("run", overrides), true, Progress.silent()))
                .hasMessageContaining("the chat template's words are not those that the run was started with");
        // None but the one that is asked for counts.
        List<String> named = Stream.concat(overrides.stream(), Stream.of("data.chat_template=chatml"))
                .toList();
        Training.run(recipe("named", named), false, Progress.silent());
        assertThat(Manifest.read(folder.resolve("named/manifest.json")).chatTemplates())
                .extracting(Manifest.Template::choice)
                .containsExactly("chatml");
    }

    /// What other tools read follows a run that is broken off and gone on with: every metric line once.
    @Test
    void sinksFollowARunThroughAResume() throws IOException {
        List<String> overrides = List.of(
                "train.max_steps=4",
                "train.max_tokens=64",
                "train.batch_pairs=4",
                "checkpoint.every=2",
                "checkpoint.keep=9",
                "evaluate.every=2",
                "log.every=1",
                "log.to=[tensorboard, trainer_state]",
                "data.evaluate=0.2");
        Training.run(recipe("run", overrides), false, Progress.silent());
        Path run = folder.resolve("run");
        byte[] state = Files.readAllBytes(run.resolve("checkpoint-2/trainer_state.json"));
        AtomicWrite.delete(run.resolve("checkpoint-4"));
        AtomicWrite.delete(run.resolve("model"));
        Training.run(recipe("run", overrides), true, Progress.silent());

        assertThat(run.resolve("checkpoint-2/trainer_state.json")).hasBinaryContent(state);
        JsonNode last = JsonMapper.shared().readTree(Files.readAllBytes(run.resolve("trainer_state.json")));
        assertThat(last.get("max_steps").intValue()).isEqualTo(4);
        assertThat(last.get("global_step").intValue()).isEqualTo(4);
        assertThat(JsonMapper.shared().readTree(state).get("global_step").intValue())
                .isEqualTo(2);
        assertThat(last)
                .isEqualTo(JsonMapper.shared()
                        .readTree(Files.readAllBytes(run.resolve("checkpoint-4/trainer_state.json"))));
        long losses = last.get("log_history")
                .valueStream()
                .filter(line -> line.has("loss"))
                .count();
        assertThat(losses).isEqualTo(4);
        List<Path> events;
        try (Stream<Path> files = Files.list(run)) {
            events = files.filter(file -> file.toString().contains("tfevents")).toList();
        }
        assertThat(events).hasSize(1);
        String text = Files.readString(events.getFirst(), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text.split("train/loss", -1)).as("one loss a step").hasSize(1 + 4);
        assertThat(text.split("eval/loss", -1))
                .as("before, in the middle and at the end")
                .hasSize(1 + 3);
    }

    private Recipe recipe(String output, List<String> overrides) {
        List<RecipeOverride> all = new ArrayList<>(List.of(
                new RecipeOverride("method", "preference"),
                new RecipeOverride("model", MODEL.toString()),
                new RecipeOverride("data.train", PAIRS.toString()),
                new RecipeOverride("output", folder.resolve(output).toString())));
        overrides.forEach(override -> all.add(new RecipeOverride(
                override.substring(0, override.indexOf('=')), override.substring(override.indexOf('=') + 1))));
        Optional<String> method =
                overrides.stream().filter(one -> one.startsWith("method=")).findFirst();
        boolean named = overrides.stream().anyMatch(one -> one.startsWith("objective="));
        if (method.isEmpty() && !named) {
            all.add(new RecipeOverride("objective", "[{type: dpo, beta: 0.1}]"));
        }
        return Recipe.parse("test", "method: preference\n", all);
    }

    private static JsonNode golden() {
        try (InputStream stream = TrainingTest.class.getResourceAsStream("/golden/trl-trajectory.json")) {
            return JsonMapper.shared().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
