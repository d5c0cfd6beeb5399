package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.evaluate.Interval;
import dev.poise.model.Decoder;
import dev.poise.model.Family;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelException;
import dev.poise.model.TinyDecoders;
import dev.poise.objective.BradleyTerry;
import dev.poise.oracle.Candidates;
import dev.poise.oracle.Length;
import dev.poise.run.AtomicWrite;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RewardTrainingTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path GOLDENS = Path.of("src/test/resources/golden");
    private static final List<String> TIMES = List.of("elapsed_seconds", "pairs_per_second", "tokens_per_second");

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Per-step metrics of TRL 1.13's RewardTrainer on the same pairs, margins, order, settings and score vector
    /// (`src/test/python/make_reward.py`).
    ///
    /// Where TRL accumulates, its lowest and highest rewards are those of micro-batches and not comparable.
    @ParameterizedTest
    @ValueSource(strings = {"plain", "centred", "accumulated"})
    void everyStepEqualsTrl(String name) throws IOException {
        JsonNode run = golden().get("runs").get(name);
        JsonNode settings = run.get("settings");
        int accumulation = settings.get("gradient_accumulation_steps").intValue();
        int batch = accumulation * settings.get("per_device_train_batch_size").intValue();
        Training.Outcome outcome = Training.run(
                recipe(
                        "run",
                        "model=" + fixed(),
                        "data.train=" + withMargins("trl-pairs.jsonl"),
                        "data.evaluate=" + withMargins("trl-evaluation-pairs.jsonl"),
                        "data.too_long=drop",
                        "objective=[{type: bradley_terry, centring: "
                                + settings.get("centring").doubleValue() + "}]",
                        "train.max_steps=" + settings.get("max_steps").intValue(),
                        "train.batch_pairs=" + batch,
                        "train.learning_rate=" + settings.get("learning_rate").doubleValue(),
                        "train.schedule=constant",
                        "train.max_tokens=" + settings.get("max_length").intValue(),
                        "train.shuffle=false",
                        "checkpoint.best=none",
                        "log.every=1"),
                false,
                Progress.silent());

        List<MetricLine> lines = Metrics.read(folder.resolve("run/metrics.jsonl")).stream()
                .filter(line -> line.number("loss").isPresent())
                .toList();
        assertThat(lines).hasSize(run.get("steps").size());
        for (int step = 0; step < lines.size(); step++) {
            MetricLine line = lines.get(step);
            run.get("steps").get(step).properties().forEach(metric -> {
                boolean extreme =
                        metric.getKey().startsWith("m") && metric.getKey().matches("m(in|ax)_reward");
                if (accumulation == 1 || !extreme) {
                    same(
                            line.number(metric.getKey()).orElseThrow(),
                            metric.getValue(),
                            metric.getKey() + " of step " + line.step());
                }
            });
        }
        run.get("evaluation")
                .properties()
                .forEach(metric -> same(
                        outcome.evaluation().getOrDefault(metric.getKey(), Double.NaN),
                        metric.getValue(),
                        metric.getKey()));
    }

    private static void same(double value, JsonNode expected, String name) {
        double wanted = expected.doubleValue();
        assertThat(value).as(name).isCloseTo(wanted, within(1e-3 * Math.abs(wanted) + 5e-5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 90})
    void theSplitOfAStepChangesNothing(int microBatchTokens) {
        Averages whole = new Averages();
        Averages split = new Averages();
        assertThat(tuned(microBatchTokens, split)).containsExactly(tuned(1 << 20, whole), within(1e-11));
        assertThat(split.means().keySet()).isEqualTo(whole.means().keySet()).contains("min_reward", "max_reward");
        whole.means()
                .forEach((metric, value) ->
                        assertThat(split.means().get(metric)).as(metric).isCloseTo(value, within(1e-9)));
    }

    /// Parameters after two steps over five pairs of distinct lengths and margins.
    private static double[] tuned(int microBatchTokens, Averages averages) {
        SplittableRandom random = new SplittableRandom(9);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int[] prompt = random.ints(2 + i, 0, TinyDecoders.VOCABULARY).toArray();
            rows.add(TrainingRow.of(new Encoded.Pair(
                    new Source(Path.of("pairs.jsonl"), i + 1),
                    answered(prompt, 3 + 2 * i, random),
                    answered(prompt, 4 + i, random),
                    0.3 * i)));
        }
        Tuner.Settings settings = new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 1, microBatchTokens);
        try (PointerScope scope = new PointerScope();
                Decoder model = TinyDecoders.reward(Family.LLAMA, Precision.FLOAT64);
                Tuner tuner = new Tuner(model, new BradleyTerry(0.05), settings)) {
            tuner.step(rows, 1e-3, averages);
            tuner.step(rows, 1e-3, averages);
            return Tensors.toDoubles(model.parameters().values());
        }
    }

    private static TokenSequence answered(int[] prompt, int length, SplittableRandom random) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + length);
        boolean[] trained = new boolean[ids.length];
        for (int t = prompt.length; t < ids.length; t++) {
            ids[t] = random.nextInt(TinyDecoders.VOCABULARY);
            trained[t] = true;
        }
        return new TokenSequence(ids, trained);
    }

    @Test
    void aRunThatGoesOnEqualsOneThatWasNeverStopped() throws IOException {
        String[] overrides = {
            "train.max_steps=6",
            "train.batch_pairs=4",
            "train.max_tokens=64",
            "train.learning_rate=1e-3",
            "data.evaluate=0.2",
            "evaluate.every=3",
            "checkpoint.every=2",
            "checkpoint.keep=3",
            "checkpoint.best=eval_accuracy",
            "log.every=4",
            "train.threads=2"
        };
        Training.Outcome whole = Training.run(recipe("run", overrides), false, Progress.silent());
        Path run = folder.resolve("run");
        byte[] weights = Files.readAllBytes(run.resolve("model/model.safetensors"));
        List<Map<String, Object>> lines = withoutTimes(run);
        for (String left : List.of("checkpoint-6", "checkpoint-4", "checkpoint-3", "model")) {
            if (Files.exists(run.resolve(left))) {
                AtomicWrite.delete(run.resolve(left));
            }
        }
        Training.Outcome resumed = Training.run(recipe("run", overrides), true, Progress.silent());
        assertThat(resumed.evaluation()).isEqualTo(whole.evaluation());
        assertThat(run.resolve("model/model.safetensors")).hasBinaryContent(weights);
        assertThat(withoutTimes(run)).isEqualTo(lines);
    }

    private static List<Map<String, Object>> withoutTimes(Path run) throws IOException {
        return Metrics.read(run.resolve("metrics.jsonl")).stream()
                .map(line -> {
                    Map<String, Object> values = new LinkedHashMap<>(line.values());
                    values.put("step", line.step());
                    TIMES.forEach(values::remove);
                    return values;
                })
                .toList();
    }

    /// Learns to like long answers, tells what it has learnt on pairs it has not seen, and scores as a reward.
    @Test
    void aRewardForLengthIsLearntAndScoresAnswers() throws IOException {
        List<String> rows = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 240; i++) {
            int less = random.nextInt(1, 5);
            rows.add(row(
                    "The fox asks " + random.nextInt(10) + ":",
                    " boat".repeat(less + random.nextInt(2, 5)),
                    " boat".repeat(less)));
        }
        Path data = Files.write(folder.resolve("pairs.jsonl"), rows);
        Training.Outcome outcome = Training.run(
                recipe(
                        "run",
                        "data.train=" + data,
                        "data.evaluate=0.25",
                        "train.max_tokens=64",
                        "train.batch_pairs=12",
                        "train.epochs=2",
                        "train.learning_rate=3e-3"),
                false,
                Progress.silent());
        double accuracy = outcome.evaluation().getOrDefault("eval_accuracy", Double.NaN);
        Interval interval = Interval.wilson(Math.round(60 * accuracy), 60);
        assertThat(outcome.evaluation())
                .containsEntry("eval_accuracy_low", interval.low())
                .containsEntry("eval_accuracy_high", interval.high());
        assertThat(interval.low()).isGreaterThan(0.8);

        try (LearnedReward reward =
                LearnedReward.read(folder.resolve("run/model"), tokenizer -> Optional.empty(), Precision.FLOAT32, 64)) {
            List<String> answers = List.of(" boat", " boat boat boat boat boat boat", " boat boat");
            List<String> prompts = List.of("The fox asks 3:", "The fox asks 3:", "The fox asks 3:");
            double[] scores = reward.scoreAll(prompts, answers);
            assertThat(scores[1]).isGreaterThan(scores[2]);
            assertThat(scores[2]).isGreaterThan(scores[0]);
            for (int i = 0; i < scores.length; i++) {
                assertThat(reward.score(prompts.get(i), answers.get(i))).isCloseTo(scores[i], within(1e-5));
            }
            assertThat(reward.calls()).isEqualTo(6);
            assertThat(Candidates.scored(reward, prompts.subList(0, 1), List.of(answers))
                            .getFirst()
                            .rewards())
                    .containsExactly(scores[0], scores[1], scores[2]);
            assertThatThrownBy(() -> reward.scoreAll(List.of("p"), List.of(" boat".repeat(200))))
                    .hasMessageContaining("answer 0 with its prompt must hold 1 to 128 tokens");
            assertThat(new Length(Length.Unit.WORDS, new Length.Goal.Longest()).scoreAll(prompts, answers))
                    .containsExactly(1, 6, 2);
        }
    }

    @Test
    void refusesRewardModelsAsPoliciesAndDataWithoutPairs() throws IOException {
        Path reward = fixed();
        for (String method : List.of("preference", "supervised", "unpaired")) {
            String objective =
                    switch (method) {
                        case "supervised" -> "mle";
                        case "unpaired" -> "kto";
                        default -> "dpo";
                    };
            assertThatThrownBy(() -> Training.run(
                            recipe(
                                    "policy",
                                    "method=" + method,
                                    "model=" + reward,
                                    "objective=[{type: " + objective + "}]",
                                    "train.max_tokens=64"),
                            false,
                            Progress.silent()))
                    .as(method)
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("must be a language model, got a reward model");
        }
        Path texts = Files.write(folder.resolve("texts.jsonl"), List.of("{\"text\": \"the fox\"}"));
        assertThatThrownBy(() -> Training.run(
                        recipe("texts", "data.train=" + texts, "train.max_tokens=64"), false, Progress.silent()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("must be a pair of a chosen and a rejected answer: the method is reward");
        assertThatThrownBy(() -> LearnedReward.read(MODEL, tokenizer -> Optional.empty(), Precision.FLOAT32, 64))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("must be a reward model");
    }

    /// The tests' model with the score vector of `make_reward.py`.
    private Path fixed() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("fixed"));
        try (Decoder model = ModelDirectory.startReward(MODEL, Precision.FLOAT32, 0)) {
            double[] vector = new double[model.architecture().width()];
            Arrays.setAll(vector, i -> Math.floorMod(7 * i, 11) / 20.0 - 0.25 + 0.01);
            Torch.withoutGradients(() -> model.parameters()
                    .master("score.weight")
                    .copy_(Tensors.of(vector, Precision.FLOAT32.sums()).view(1, vector.length)));
            ModelDirectory.write(model, MODEL, directory);
        }
        return directory;
    }

    /// A golden's pairs with the margins of `make_reward.py`.
    private Path withMargins(String name) throws IOException {
        List<String> lines = Files.readAllLines(GOLDENS.resolve(name));
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            rows.add(((ObjectNode) JsonMapper.shared().readTree(lines.get(i)))
                    .put("margin", 0.25 * (i % 4))
                    .toString());
        }
        return Files.write(folder.resolve(name), rows);
    }

    private static String row(String prompt, String chosen, String rejected) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("prompt", prompt)
                .put("chosen", chosen)
                .put("rejected", rejected)
                .toString();
    }

    private Recipe recipe(String output, String... overrides) {
        List<RecipeOverride> all = new ArrayList<>(List.of(
                new RecipeOverride("model", MODEL.toString()),
                new RecipeOverride(
                        "data.train", GOLDENS.resolve("trl-pairs.jsonl").toString()),
                new RecipeOverride("output", folder.resolve(output).toString())));
        Stream.of(overrides)
                .forEach(override -> all.add(new RecipeOverride(
                        override.substring(0, override.indexOf('=')), override.substring(override.indexOf('=') + 1))));
        return Recipe.parse("test", "method: reward\n", all);
    }

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readAllBytes(GOLDENS.resolve("trl-reward.json")));
    }
}
