package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.data.Ranking;
import dev.poise.data.Shape;
import dev.poise.data.TooLong;
import dev.poise.monitor.Alarm;
import dev.poise.monitor.Governor;
import dev.poise.monitor.Source;
import dev.poise.monitor.Symptom;
import dev.poise.monitor.Symptom.Kind;
import dev.poise.objective.Clipped;
import dev.poise.objective.Credit;
import dev.poise.objective.Dpo;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Penalty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecipeTest {

    private static final String SMALLEST = """
            method: preference
            model: m
            data: {train: d.jsonl}
            objective: [{type: dpo}]
            output: o
            """;

    @Test
    void everyRecipeOfTheProjectBindsOnceItsFilesAreNamed() throws IOException {
        List<Path> recipes;
        try (Stream<Path> files = Files.walk(Path.of("..", "recipes"))) {
            recipes = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        assertThat(recipes).hasSize(8);
        for (Path recipe : recipes) {
            Recipe bound = Recipe.read(recipe, named());
            assertThat(bound.model()).as("%s", recipe).isEqualTo(Path.of("some/model"));
            assertThat(Recipe.parse("again", bound.toYaml(), List.of()))
                    .as("%s", recipe)
                    .isEqualTo(bound);
        }
    }

    @Test
    void theProjectsRecipesHoldTheObjectivesTheyAreNamedAfter() throws IOException {
        assertThat(objective("dpo")).isEqualTo(mixture(new Term(new Dpo(0.1, 0), 1)));
        assertThat(objective("sft")).isEqualTo(mixture(new Term(new Mle(), 1)));
        assertThat(objective("ipo")).isEqualTo(mixture(new Term(new Ipo(0.1, Normalise.TOKENS), 1)));
        assertThat(objective("hinge")).isEqualTo(mixture(new Term(new Hinge(0.1, true), 1)));
        assertThat(objective("online-dpo")).isEqualTo(mixture(new Term(new Dpo(0.1, 0), 1)));
        assertThat(objective("grpo"))
                .isEqualTo(mixture(new Term(
                        new Clipped(
                                0.2,
                                new Credit.Baseline(Credit.Baseline.Kind.GROUP, Credit.Baseline.Scale.GROUP),
                                new Penalty(0.05, Penalty.Form.REWARD),
                                Mle.Mean.SEQUENCE_MEANS),
                        1)));
        assertThat(objective("dpo-with-mle"))
                .isEqualTo(mixture(new Term(new Dpo(0.1, 0), 1), new Term(new Mle(), 0.2)));
    }

    @Test
    void whatIsLeftOutHasTheDocumentedDefault() {
        assertThat(Recipe.parse("r.yaml", SMALLEST, List.of()).toYaml()).isEqualTo("""
                        method: preference
                        model: m
                        adapter: none
                        reference: initial
                        data:
                          train: d.jsonl
                          evaluate: 0
                          shape: detect
                          ranking: best_worst
                          chat_template: model
                          bad_rows: stop
                          too_long: cut
                          limit: null
                        objective:
                          - {type: dpo, weight: 1, beta: 0.1, label_smoothing: 0, reference: true, normalise: none, divergence: reverse_kl}
                        train:
                          epochs: 1
                          max_steps: null
                          batch_pairs: 32
                          micro_batch_tokens: 2048
                          gradient_checkpointing: false
                          max_tokens: 1024
                          learning_rate: 1e-6
                          schedule: linear
                          warmup_steps: 0
                          clip_norm: 1
                          weight_decay: 0
                          adam_beta1: 0.9
                          adam_beta2: 0.999
                          adam_epsilon: 1e-8
                          precision: float32
                          shuffle: true
                          threads: 0
                        evaluate:
                          every: 0
                        checkpoint:
                          every: 500
                          keep: 2
                          best: eval_loss
                          better: auto
                        log:
                          every: 10
                          to: []
                        sample:
                          every: 0
                          prompts: 4
                          max_new_tokens: 64
                          temperature: 0
                        monitor:
                          every: 50
                          rows: 64
                          top_k: 10
                          smoothing: 0.5
                          generate: {every: 200, prompts: 16, max_new_tokens: 64, temperature: 1, reward: []}
                          alarms:
                            displacement: {drop: 0.1, patience: 2}
                            entropy_turn: {fall: 0.1, patience: 3}
                            mass_drop: {drop: 0.05, patience: 2}
                            bend: {fall: 0.25, patience: 1}
                            length: {factor: 1.5, unfinished: 0.3, patience: 2}
                            repetition: {rise: 0.2, patience: 2}
                            saturation: {left: 0.02, unchanged: 0.8, patience: 2}
                            threshold: {metric: monitor/entropy_top, below: null, above: null, patience: 1}
                          stop: []
                          governor: {term: none}
                        seed: 0
                        output: o
                        """);
    }

    /// Every key differs from its default, and texts are ones that YAML could misread.
    @Test
    void whatIsWrittenReadsBackAsAnEqualRecipe() {
        Recipe recipe = Recipe.parse("r.yaml", """
                method: preference
                model: "0.5"
                reference: ./none
                data:
                  train: [a.jsonl, "b, c.jsonl", "null", "d\\u0001\\"e\\\\f # g"]
                  evaluate: "0.25"
                  shape: dialogue_preference
                  ranking: adjacent
                  chat_template: llama3
                  bad_rows: quarantine
                  too_long: drop
                  limit: 1e3
                objective:
                  - {type: dpo, weight: 0.25, beta: 0.3, label_smoothing: 0.125}
                  - {type: ipo, weight: 3, beta: 0.7, normalise: none}
                  - {type: hinge, weight: 1e-3, beta: 12.5, reference: false}
                  - {type: mle, weight: 0}
                train: {epochs: 0.3, max_steps: 7, batch_pairs: 5, micro_batch_tokens: 99, gradient_checkpointing: true, max_tokens: 77,
                        learning_rate: 2.5e-7, schedule: cosine, warmup_steps: 3, clip_norm: 0, weight_decay: 0.01,
                        adam_beta1: 0.8, adam_beta2: 0.95, adam_epsilon: 1e-6, precision: bfloat16, shuffle: false,
                        threads: 2}
                evaluate: {every: 11}
                checkpoint: {every: 13, keep: 4, best: none, better: smaller}
                log: {every: 1, to: [trainer_state, tensorboard]}
                sample: {every: 17, prompts: 2, max_new_tokens: 19, temperature: 0.75}
                monitor:
                  every: 5
                  rows: 3
                  top_k: 4
                  smoothing: 0.25
                  generate: {every: 6, prompts: 7, max_new_tokens: 8, temperature: 0.5, reward: [length:words, length:characters]}
                  alarms:
                    displacement: {drop: 0.2, patience: 3}
                    entropy_turn: {fall: 0.3, patience: 4}
                    mass_drop: {drop: 0.04, patience: 0}
                    bend: {fall: 0.5, patience: 2}
                    length: {factor: 2.5, unfinished: 0.35, patience: 4}
                    repetition: {rise: 0.15, patience: 5}
                    saturation: {left: 0.03, unchanged: 0.7, patience: 6}
                    threshold: {metric: monitor/own/kl_k3, below: -1, above: 12.5, patience: 7}
                  stop: [threshold, displacement]
                  governor: {term: 1, gain: 0.75, low: 0.5, high: 4, lag: 3}
                seed: -42
                output: runs/ünïcode 🙂
                """, List.of());
        assertThat(recipe.data())
                .isEqualTo(new Recipe.Data(
                        List.of(
                                Path.of("a.jsonl"),
                                Path.of("b, c.jsonl"),
                                Path.of("null"),
                                Path.of("d\u0001\"e\\f # g")),
                        new Recipe.HeldOut.File(Path.of("0.25")),
                        Shape.DIALOGUE_PREFERENCE,
                        Ranking.ADJACENT,
                        "llama3",
                        Recipe.BadRows.QUARANTINE,
                        TooLong.DROP,
                        1000L));
        assertThat(recipe.reference()).isEqualTo(new Recipe.Reference.Directory(Path.of("./none")));
        assertThat(recipe.train().learningRate()).isEqualTo(2.5e-7);
        assertThat(recipe.train().maxSteps()).isEqualTo(7);
        assertThat(recipe.seed()).isEqualTo(-42);
        assertThat(recipe.monitor().generate())
                .isEqualTo(new Recipe.Generate(6, 7, 8, 0.5, List.of("length:words", "length:characters")));
        assertThat(recipe.monitor().watch().governor()).isEqualTo(new Governor(1, 0.75, 0.5, 4, 3));
        assertThat(recipe.monitor().watch().stop()).containsExactlyInAnyOrder(Kind.THRESHOLD, Kind.DISPLACEMENT);
        assertThat(recipe.monitor().watch().alarms())
                .hasSize(10)
                .contains(new Alarm(new Symptom.Length(2.5, 0.35), 4))
                .contains(new Alarm(new Symptom.EntropyTurn(Source.OWN, 0.3), 4))
                .contains(new Alarm(new Symptom.Threshold("monitor/own/kl_k3", -1.0, 12.5), 7));
        assertThat(Recipe.parse("again", recipe.toYaml(), List.of())).isEqualTo(recipe);
    }

    @Test
    void supervisedTrainingDefaultsToLikelihoodWithoutReference() {
        Recipe recipe =
                Recipe.parse("r.yaml", "{method: supervised, model: m, data: {train: d}, output: o}", List.of());
        assertThat(recipe.objective()).isEqualTo(mixture(new Term(new Mle(), 1)));
        assertThat(recipe.reference()).isEqualTo(new Recipe.Reference.None());
    }

    @Test
    void yamlsNumbersOfAllSpellingsAreNumbers() {
        for (String spelling : List.of("1e-6", "1E-06", "0.000001", "+1.0e-6", ".000001", "1.e-6")) {
            Recipe recipe = Recipe.parse("r.yaml", SMALLEST + "train: {learning_rate: " + spelling + "}", List.of());
            assertThat(recipe.train().learningRate()).as(spelling).isEqualTo(1e-6);
        }
    }

    @Test
    void anchorsAreReadWhereTheyAreReferredTo() {
        Recipe recipe = Recipe.parse(
                "r.yaml", SMALLEST + "evaluate: &often {every: 5}\nlog: *often\n", flags("data.evaluate", "0.1"));
        assertThat(recipe.evaluate().every()).isEqualTo(5);
        assertThat(recipe.log().every()).isEqualTo(5);
    }

    @Test
    void smallerIsBetterForLossesOnly() {
        assertThat(new Recipe.Checkpoint(1, 1, "eval_loss").smallerIsBetter()).isTrue();
        assertThat(new Recipe.Checkpoint(1, 1, "eval_rewards/margins").smallerIsBetter())
                .isFalse();
    }

    @Test
    void aFileThatIsNotUtf8IsRefusedWithThePlace(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("latin.yaml");
        Files.write(file, new byte[] {'a', ':', ' ', '1', '\n', 'b', ':', ' ', (byte) 0xe9, '\n'});
        assertThat(RecipeProblemsTest.problemsOf(() -> Recipe.read(file, List.of())))
                .containsExactly(file + ":2:4 must be text in UTF-8");
    }

    private static List<RecipeOverride> named() {
        return flags("model", "some/model", "data.train", "some/data.jsonl", "output", "some/run");
    }

    static List<RecipeOverride> flags(String... keysAndValues) {
        return Stream.iterate(0, i -> i < keysAndValues.length, i -> i + 2)
                .map(i -> new RecipeOverride(keysAndValues[i], keysAndValues[i + 1]))
                .toList();
    }

    private static Mixture objective(String recipe) throws IOException {
        return Recipe.read(Path.of("..", "recipes", recipe + ".yaml"), named()).objective();
    }

    private static Mixture mixture(Term... terms) {
        return new Mixture(List.of(terms));
    }
}
