package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.oracle.Reward;
import dev.poise.oracle.RewardException;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole runs of method online.
final class OnPolicyTrainingTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");

    private static final Set<String> TIMES = Set.of(
            "elapsed_seconds",
            "pairs_per_second",
            "tokens_per_second",
            "rollout/tokens_per_second",
            "rollout/time_share");

    @TempDir
    Path folder;

    @Test
    void onlineDpoShortensAnswersWhenShortOnesAreRewarded() throws IOException {
        Training.Outcome outcome = Training.run(
                recipe(
                        "run",
                        List.of(
                                "train.epochs=4",
                                "train.learning_rate=3e-3",
                                "train.schedule=constant",
                                "online.samples.policy=4",
                                "data.evaluate=0.25")),
                false,
                Progress.silent());
        List<MetricLine> lines = lines("run");
        double[] rewards = lines.stream()
                .filter(line -> line.number("rollout/reward").isPresent())
                .mapToDouble(line -> line.number("rollout/reward").orElseThrow())
                .toArray();
        assertThat(rewards.length).as("rounds").isGreaterThan(5);
        assertThat(rewards[rewards.length - 1]).isGreaterThan(0.75 * rewards[0]);
        assertThat(outcome.evaluation().get("eval_reward")).isGreaterThan(0.75 * rewards[0]);
        MetricLine first = lines.stream()
                .filter(line -> line.number("rollout/round").isPresent())
                .findFirst()
                .orElseThrow();
        assertThat(first.number("rollout/kl_k1"))
                .as("policy and reference are one")
                .hasValue(0);
        assertThat(first.number("rollout/kl_k3")).hasValue(0);
        assertThat(first.number("rollout/reward_calls")).hasValue(4 * 8);
    }

    /// Every method runs, and the first step on a round is made with the policy that drew it: its ratio is
    /// exactly 1.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: mle, mean: sequence_sums}",
                "{type: best_of_n}",
                "{type: best_of_n, push: worst, beta: 0.1}",
                "{type: rwr, beta: 10}",
                "{type: rest, keep: 0.25}",
                "{type: reinforce}",
                "{type: rloo, kl: 0.05, kl_by: score}",
                "{type: grpo, kl: 0.05}",
                "{type: ppo}",
                "{type: dpo, beta: 0.1}",
                "{type: ipo, beta: 0.1}",
                "{type: simpo}"
            })
    void everyMethodRuns(String objective) throws IOException {
        Training.run(
                recipe(
                        "run",
                        List.of(
                                "objective=[" + objective + "]",
                                "train.max_steps=8",
                                "train.learning_rate=1e-3",
                                "train.micro_batch_tokens=256",
                                "train.batch_pairs=4",
                                "online.samples.policy=3",
                                "online.inner=2")),
                false,
                Progress.silent());
        List<MetricLine> lines = lines("run").stream()
                .filter(line -> line.number("learning_rate").isPresent())
                .toList();
        assertThat(lines).hasSize(8);
        boolean credited = !objective.contains("mle")
                && !objective.contains("dpo")
                && !objective.contains("ipo")
                && !objective.contains("simpo");
        for (MetricLine line : lines) {
            assertThat(line.number("loss").orElse(0))
                    .as("loss of step %d", line.step())
                    .isFinite();
            if (credited && line.number("staleness").isPresent()) {
                // Two minibatches a pass, two passes a round: the first step of a round is on fresh samples.
                boolean first = line.step() % 4 == 1;
                boolean whole = !objective.contains("best_of_n") && !objective.contains("rest");
                if (first && whole) {
                    assertThat(line.number("staleness"))
                            .as("step %d", line.step())
                            .hasValue(0);
                    assertThat(line.number("importance_ratio")).hasValue(1);
                } else if (!first) {
                    assertThat(line.number("staleness").orElseThrow()).isPositive();
                }
            }
        }
        assertThat(folder.resolve("run/model/model.safetensors")).exists();
    }

    /// A run that stops in the middle of a round goes on to the same numbers, bit for bit.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "objective=[{type: dpo, beta: 0.1}];online.anchor=0.4;online.replay.share=0.5;"
                        + "online.samples={policy: 2, reference: 1, data: 1};online.pairs.type=all",
                "objective=[{type: ppo}];online.replay.share=0.5",
                "objective=[{type: reinforce}];online.pairs.type=random"
            })
    void aRunThatWasStoppedGoesOnToTheSameNumbers(String settings) throws IOException {
        List<String> overrides = new ArrayList<>(List.of(settings.split(";")));
        overrides.addAll(List.of(
                "train.max_steps=14",
                "train.learning_rate=1e-3",
                "train.batch_pairs=4",
                "online.inner=2",
                "data.evaluate=0.1",
                "evaluate.every=5",
                "checkpoint.every=1",
                "log.every=3",
                "train.threads=2"));
        Training.run(recipe("whole", overrides), false, Progress.silent());
        for (int stop : new int[] {2, 5, 8}) {
            assertThatThrownBy(() -> Training.run(recipe("stopped", overrides), stop > 2, until(stop)))
                    .hasMessage("stopped");
        }
        Training.run(recipe("stopped", overrides), true, Progress.silent());
        assertThat(folder.resolve("stopped/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
        assertThat(withoutTimes("stopped")).isEqualTo(withoutTimes("whole"));
    }

    private static Progress until(int step) {
        return new Progress() {
            @Override
            public void note(String line) {}

            @Override
            public void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers) {
                if (stage.equals("train") && done > step) {
                    throw new IllegalStateException("stopped");
                }
            }
        };
    }

    @Test
    void aRewardThatFailsNamesPromptAndCompletionAndWhatWasLearntIsKept() throws IOException {
        int[] asked = {0};
        Reward failing = (prompt, completion) -> ++asked[0] > 37 ? Double.NaN : -completion.length();
        Recipe recipe = recipe("run", List.of("train.max_steps=6", "online.inner=2", "online.samples.policy=4"));
        assertThatThrownBy(() -> Training.run(recipe, false, Progress.silent(), failing))
                .isInstanceOf(RewardException.class)
                .hasMessageMatching(
                        "round 1: the reward of completion 1 of the prompt at .*trl-pairs.jsonl:\\d+ must be"
                                + " finite, got NaN");
        assertThat(folder.resolve("run/checkpoint-2/complete")).exists();
        assertThat(folder.resolve("run/manifest.json")).content().contains("completion 1");
        Training.Outcome outcome = Training.run(recipe, true, Progress.silent());
        assertThat(outcome.steps()).isEqualTo(6);
    }

    @Test
    void aRewardThatGivesNothingOrTooLittleIsRefused() {
        Reward nothing = new Reward() {
            @Override
            public double score(String prompt, String completion) {
                return 1;
            }

            @Override
            public double[] scoreAll(List<String> prompts, List<String> completions) {
                return new double[prompts.size() - 1];
            }
        };
        assertThatThrownBy(() -> Training.run(recipe("run", List.of()), false, Progress.silent(), nothing))
                .hasMessage("a reward must give one number for each of 16 completions, got 15");
    }

    /// A learning rate beyond reason: the policy soon says one thing only.
    @Test
    void aPolicyThatCollapsesRaisesAnAlarmAndTheCheckpointBeforeItStays() throws IOException {
        Training.run(
                recipe(
                        "run",
                        List.of(
                                "objective=[{type: reinforce}]",
                                "train.max_steps=60",
                                "train.learning_rate=0.03",
                                "train.schedule=constant",
                                "checkpoint.every=1",
                                "checkpoint.keep=1",
                                "checkpoint.best=none",
                                "monitor.stop=collapse",
                                "online.samples.policy=4")),
                false,
                Progress.silent());
        Map<String, Object> alarm = lines("run").stream()
                .map(MetricLine::values)
                .filter(values -> "alarm".equals(values.get("event")))
                .findFirst()
                .orElseThrow();
        assertThat(alarm).containsEntry("name", "collapse");
        long since = ((Number) Objects.requireNonNull(alarm.get("since"))).longValue();
        assertThat(since).isGreaterThan(2);
        // The alarm names the first step on a bad round; the policy before wrote it, and the one before that is well.
        assertThat(folder.resolve("run/checkpoint-" + (since - 2)))
                .as("the last good one")
                .exists();
        assertThat(folder.resolve("run/manifest.json")).content().contains("monitor.stop: collapse");
    }

    private List<MetricLine> lines(String run) throws IOException {
        return Metrics.read(folder.resolve(run).resolve("metrics.jsonl"));
    }

    private List<Map<String, Object>> withoutTimes(String run) throws IOException {
        return lines(run).stream()
                .map(line -> {
                    Map<String, Object> values = new LinkedHashMap<>(line.values());
                    values.put("step", line.step());
                    TIMES.forEach(values::remove);
                    return values;
                })
                .toList();
    }

    private Recipe recipe(String output, List<String> overrides) {
        List<RecipeOverride> all = new ArrayList<>();
        List.of(
                        "method=online",
                        "model=" + MODEL,
                        "data.train=" + PAIRS,
                        "train.max_tokens=64",
                        "train.batch_pairs=8",
                        "online.reward=length:characters:shortest",
                        "online.prompts=8",
                        "online.max_new_tokens=16",
                        "objective=[{type: dpo, beta: 0.1}]",
                        "log.every=1",
                        "output=" + folder.resolve(output))
                .forEach(one -> all.add(override(one)));
        overrides.forEach(one -> all.add(override(one)));
        return Recipe.parse("test", "method: online\n", all);
    }

    private static RecipeOverride override(String text) {
        return new RecipeOverride(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
    }
}
