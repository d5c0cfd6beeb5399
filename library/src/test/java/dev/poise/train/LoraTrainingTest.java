package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole runs with an adapter.
final class LoraTrainingTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");
    private static final String ADAPTER = "adapter={rank: 4, alpha: 8, targets: [q_proj, v_proj, down_proj, lm_head]}";

    @TempDir
    Path folder;

    /// DPO starts at ln 2, falls, and leaves the base as it is.
    @Test
    void dpoTrainsTheAdapterAlone() throws IOException {
        Training.Outcome outcome = Training.run(
                recipe(
                        "run",
                        "preference",
                        "[{type: dpo, beta: 0.1}]",
                        ADAPTER,
                        "train.learning_rate=2e-2",
                        "train.max_steps=12"),
                false,
                Progress.silent());
        List<MetricLine> lines = Metrics.read(folder.resolve("run/metrics.jsonl"));
        assertThat(lines.getFirst().number("loss").orElseThrow()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(lines.getLast().number("loss").orElseThrow()).isLessThan(0.66);
        assertThat(outcome.model().resolve("adapter_model.safetensors")).exists();
        assertThat(outcome.model().resolve("tokenizer.json")).exists();
        assertThat(outcome.model().resolve("model.safetensors")).doesNotExist();
        assertThat(Files.readString(outcome.model().resolve("README.md"))).contains("library_name: peft");
        try (Decoder tuned = ModelDirectory.read(outcome.model(), Precision.FLOAT32, false);
                Decoder base = ModelDirectory.read(MODEL, Precision.FLOAT32, false)) {
            assertThat(Tensors.toDoubles(tuned.weights().values()))
                    .containsExactly(Tensors.toDoubles(base.weights().values()));
            assertThat(Arrays.stream(Tensors.toDoubles(tuned.parameters().master("head.lora_B.0.weight")))
                            .filter(value -> value == 0)
                            .count())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16"})
    void aResumedRunEqualsAnUninterruptedOne(String precision) throws IOException {
        List<String> settings =
                List.of(ADAPTER, "train.precision=" + precision, "checkpoint.every=2", "checkpoint.keep=9");
        Training.run(recipe("whole", "preference", "[{type: dpo, beta: 0.1}]", settings), false, Progress.silent());
        Recipe cut = recipe("cut", "preference", "[{type: dpo, beta: 0.1}]", settings);
        Progress stopping = new Progress() {
            @Override
            public void advanced(String stage, long done, long total, java.util.SequencedMap<String, Double> numbers) {
                if (stage.equals("train") && done == 3) {
                    throw new IllegalStateException("stopped");
                }
            }

            @Override
            public void note(String line) {}
        };
        assertThatThrownBy(() -> Training.run(cut, false, stopping)).hasMessage("stopped");
        Training.run(cut, true, Progress.silent());
        assertThat(Files.readAllBytes(folder.resolve("cut/model/adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(folder.resolve("whole/model/adapter_model.safetensors")));
        assertThat(losses("cut")).isEqualTo(losses("whole"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "supervised; [{type: mle}]",
                "unpaired; [{type: kto, beta: 0.1}]",
                "preference; [{type: simpo}]",
                "reward; [{type: bradley_terry}]",
                "online; [{type: dpo, beta: 0.1}]"
            })
    void everyMethodTrainsAnAdapter(String method) throws IOException {
        String[] words = method.split("; ", -1);
        Training.Outcome outcome = Training.run(
                recipe("run", words[0], words[1], "adapter={rank: 2, alpha: 4}", "train.learning_rate=1e-2"),
                false,
                Progress.silent());
        assertThat(outcome.steps()).isEqualTo(6);
        boolean reward = words[0].equals("reward");
        try (Decoder tuned = reward
                ? ModelDirectory.readReward(outcome.model(), Precision.FLOAT32)
                : ModelDirectory.read(outcome.model(), Precision.FLOAT32, false)) {
            assertThat(Arrays.stream(Tensors.toDoubles(
                                    tuned.parameters().master("layers.0.feed_forward.down.lora_B.0.weight")))
                            .map(Math::abs)
                            .max()
                            .orElseThrow())
                    .isPositive();
        }
    }

    /// What a run left is where the next one starts: the model with its adapter is then the reference.
    @Test
    void anAdapterIsTrainedOn() throws IOException {
        Path first = Training.run(
                        recipe("first", "preference", "[{type: dpo, beta: 0.1}]", ADAPTER, "train.learning_rate=2e-2"),
                        false,
                        Progress.silent())
                .model();
        for (List<String> start : List.of(List.of("model=" + first), List.of("adapter=" + first))) {
            String name = "second" + start.hashCode();
            Training.run(recipe(name, "preference", "[{type: dpo, beta: 0.1}]", start), false, Progress.silent());
            List<MetricLine> lines = Metrics.read(folder.resolve(name).resolve("metrics.jsonl"));
            assertThat(lines.getFirst().number("loss").orElseThrow()).isCloseTo(Math.log(2), within(1e-5));
        }
        assertThatThrownBy(() -> Training.run(
                        recipe("third", "preference", "[{type: dpo, beta: 0.1}]", "model=" + first, ADAPTER),
                        false,
                        Progress.silent()))
                .hasMessageContaining("must be a whole one where the recipe has an adapter")
                .hasMessageContaining("poise merge");
        assertThat(ModelFiles.of(first).base()).isEqualTo(MODEL.toAbsolutePath());
    }

    @Test
    void refusesAnAdapterThatDoesNotFitBeforeAnyWork() {
        assertThatThrownBy(() -> Training.run(
                        recipe("run", "preference", "[{type: dpo, beta: 0.1}]", "adapter={targets: [c_attn]}"),
                        false,
                        Progress.silent()))
                .hasMessageContaining("tiny-llama-chat: adapter targets must be among q_proj");
        assertThat(folder.resolve("run/train.rows")).doesNotExist();
        assertThatThrownBy(() -> Training.run(
                        recipe("other", "preference", "[{type: dpo, beta: 0.1}]", "adapter={rank: 5000}"),
                        false,
                        Progress.silent()))
                .hasMessageContaining("an adapter's rank must be at most");
    }

    private List<Double> losses(String run) throws IOException {
        return Metrics.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .flatMap(line -> line.number("loss").stream().boxed())
                .toList();
    }

    private Recipe recipe(String output, String method, String objective, String... settings) {
        return recipe(output, method, objective, List.of(settings));
    }

    private Recipe recipe(String output, String method, String objective, List<String> settings) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("method", method);
        keys.put("model", MODEL.toString());
        keys.put("data.train", PAIRS.toString());
        keys.put("objective", objective);
        keys.put("output", folder.resolve(output).toString());
        keys.put("train.max_steps", "6");
        keys.put("train.batch_pairs", "4");
        keys.put("train.max_tokens", "64");
        keys.put("train.learning_rate", "1e-3");
        keys.put("train.schedule", "constant");
        keys.put("log.every", "1");
        keys.put("monitor.every", "0");
        if (method.equals("online")) {
            keys.put("online.reward", "length:words:shortest");
            keys.put("online.prompts", "4");
            keys.put("online.max_new_tokens", "6");
        }
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            keys.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        List<RecipeOverride> overrides = new ArrayList<>();
        keys.forEach((key, value) -> overrides.add(new RecipeOverride(key, value)));
        return Recipe.parse("recipe", "{}", overrides);
    }
}
