package dev.poise.run;

import static dev.poise.run.RecipeTest.flags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.poise.data.Shape;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeProblemsTest {

    private static final String SOUND = """
            method: preference
            model: m
            data: {train: d.jsonl, evaluate: 0.1}
            objective: [{type: dpo}]
            output: o
            """;

    @Test
    void everythingThatIsWrongIsReportedAtOnceInReadingOrder() {
        assertThat(problems("""
                        method: preferences
                        modle: m
                        data:
                          evaluate: 0.7
                          shape: pairs
                          limit: 0
                        objective:
                          - {type: dpo, beta: -1, gamma: 2}
                          - {type: dop}
                        train:
                          learning_rate: fast
                          epochs: 0
                          batch_pairs: 1.5
                          shuffle: yes
                          batch_pair: 3
                        log: 10
                        seed: 0.5
                        """, "train.learning_rate_", "1e-6", "train.threads", "-1"))
                .containsExactly(
                        "r.yaml:1:1 model must be given: a model directory, here or as --model",
                        "r.yaml:1:1 output must be given: a directory for the run, here or as --output",
                        "r.yaml:1:9 method must be supervised | preference | unpaired | reward | online, got \"preferences\"",
                        "r.yaml:2:1 modle is not a key, did you mean model?; legal keys: method, model, adapter, reference, data,"
                                + " objective, online, train, evaluate, checkpoint, log, sample, monitor, seed, output",
                        "r.yaml:4:3 data.train must be given: a file or folder or a list of them, here or as"
                                + " --data.train",
                        "r.yaml:4:13 data.evaluate must be a share in [0, 0.5] of the training data, or a file, got 0.7",
                        "r.yaml:5:10 data.shape must be detect | " + Shapes.words(Shape.Kind.values())
                                + ", got \"pairs\"",
                        "r.yaml:6:10 data.limit must be null or a whole number of at least 1, got 0",
                        "r.yaml:8:23 objective.0.beta must be a number above 0, got -1",
                        "r.yaml:8:27 objective.0.gamma is not a key; legal keys: type, weight, beta, label_smoothing, reference,"
                                + " normalise, divergence",
                        "r.yaml:9:12 objective.1.type must be " + ObjectiveType.words()
                                + ", got \"dop\", did you mean dpop?",
                        "r.yaml:11:18 train.learning_rate must be a number in (0, 1], got \"fast\"",
                        "r.yaml:12:11 train.epochs must be a number above 0, got 0",
                        "r.yaml:13:16 train.batch_pairs must be a whole number of at least 1, got 1.5",
                        "r.yaml:14:12 train.shuffle must be true or false, got \"yes\"",
                        "r.yaml:15:3 train.batch_pair is not a key, did you mean train.batch_pairs?; legal keys: epochs,"
                                + " max_steps, batch_pairs, micro_batch_tokens, gradient_checkpointing, max_tokens, learning_rate, schedule,"
                                + " warmup_steps, clip_norm, weight_decay, adam_beta1, adam_beta2, adam_epsilon,"
                                + " precision, shuffle, threads",
                        "r.yaml:16:6 log must be a section of keys and values, got 10",
                        "r.yaml:17:7 seed must be a whole number, got 0.5",
                        "--train.threads must be a whole number of at least 0, got -1",
                        "--train.learning_rate_ is not a key, did you mean train.learning_rate?; legal keys: epochs,"
                                + " max_steps, batch_pairs, micro_batch_tokens, gradient_checkpointing, max_tokens, learning_rate, schedule,"
                                + " warmup_steps, clip_norm, weight_decay, adam_beta1, adam_beta2, adam_epsilon,"
                                + " precision, shuffle, threads");
    }

    /// What a reward model cannot be asked, and what asks for one.
    @Test
    void aRewardModelHasItsOwnObjectiveAndNoReference() {
        assertThat(problems("""
                        method: reward
                        model: m
                        reference: initial
                        data: {train: d.jsonl, evaluate: 0.1, shape: text}
                        objective: [{type: dpo}]
                        sample: {every: 5}
                        monitor: {every: 5}
                        output: o
                        """))
                .containsExactly(
                        "r.yaml:3:12 reference must be none for method reward, which reads no reference",
                        "r.yaml:4:46 data.shape must be detect | " + Shapes.words(Shape.Kind.PAIRS)
                                + " for method reward, got text",
                        "r.yaml:5:20 objective.0.type must be bradley_terry for method reward; other objectives need"
                                + " method supervised, preference or unpaired",
                        "r.yaml:6:17 sample.every must be 0 for method reward: a reward model says nothing",
                        "r.yaml:7:18 monitor.every must be 0 for method reward: monitors read a policy's"
                                + " probabilities");
        assertThat(problems(SOUND.replace("type: dpo", "type: bradley_terry")))
                .containsExactly("r.yaml:4:20 objective.0.type must be an objective of log-probabilities for method"
                        + " preference; this one needs method reward");
        assertThat(problems(SOUND.replace("{type: dpo}", "{type: dpo}, {type: bradley_terry}")))
                .containsExactly(
                        "r.yaml:4:33 objective.1.type must be read from log-probabilities like the first of the"
                                + " list: bradley_terry stands beside its like only");
        assertThat(problems(SOUND.replace("type: dpo", "type: wpo, of: {type: bradley_terry}")))
                .last()
                .asString()
                .contains("objective.0.of.type must be an objective of pairs that is a sum over them, such as dpo");
        assertThat(problems(SOUND.replace("type: dpo", "type: bradley_terry, centring: -1")
                        .replace("preference", "reward")))
                .containsExactly("r.yaml:4:45 objective.0.centring must be a number of at least 0, got -1");
    }

    @Test
    void aMissingObjectiveAndMethodAreNamedWithWhatWouldBeLegal() {
        assertThat(problems("{model: m, data: {train: d}, output: o}"))
                .containsExactly(
                        "r.yaml:1:1 method must be given: supervised | preference | unpaired | reward | online");
        assertThat(problems("{method: preference, model: m, data: {train: d}, output: o}"))
                .containsExactly(
                        "r.yaml:1:1 objective must be given: a list with at least one section such as {type: dpo, beta: 0.1}");
        assertThat(problems(SOUND, "objective", "[]"))
                .containsExactly(
                        "--objective must be a list with at least one section such as {type: dpo, beta: 0.1}, got an empty list");
        assertThat(problems(SOUND, "objective", "dpo"))
                .containsExactly(
                        "--objective must be a list with at least one section such as {type: dpo, beta: 0.1}, got \"dpo\"");
    }

    /// What the monitors are asked to decide must be something that they can see.
    @Test
    void monitorsAreNotAskedForWhatTheyCannotSee() {
        assertThat(problems(SOUND, "monitor.stop", "threshold"))
                .containsExactly("--monitor.stop must not hold threshold without a bound: give"
                        + " monitor.alarms.threshold.below or above");
        assertThat(problems(
                        SOUND,
                        "monitor.stop",
                        "[bend, length]",
                        "monitor.generate.every",
                        "0",
                        "monitor.alarms.bend.patience",
                        "0"))
                .containsExactly(
                        "--monitor.stop must not hold bend, whose alarm is off (patience 0)",
                        "--monitor.stop must not hold length where monitor.generate.every is 0: it shows in answers");
        assertThat(problems(SOUND, "monitor.stop", "bend", "monitor.every", "0"))
                .containsExactly("--monitor.stop must be none where monitors are off (monitor.every is 0)");
        assertThat(problems(SOUND, "monitor.stop", "bend", "data.evaluate", "0"))
                .containsExactly("--monitor.stop must be none where there is nothing to monitor: data.evaluate is 0");
        assertThat(problems(SOUND, "monitor.governor.term", "1"))
                .containsExactly("--monitor.governor.term must be the place of a term in objective, 0 to 0, got 1");
        assertThat(problems(SOUND, "monitor.governor.term", "0", "monitor.governor.high", "0.5"))
                .containsExactly("--monitor.governor.term must name a term whose weight lies in [low, high] ="
                        + " [0.01, 0.5], got objective.0 with 1");
        assertThat(problems(SOUND, "monitor.governor.low", "2", "monitor.governor.high", "1"))
                .containsExactly("--monitor.governor.high must be at least low, 2, got 1");
        assertThat(problems(SOUND, "checkpoint.best", "monitor/mass_top"))
                .containsExactly(
                        "--checkpoint.best checkpoint.better must be larger | smaller where checkpoint.best is a"
                                + " monitor, got auto");
        assertThat(problems(
                        SOUND,
                        "checkpoint.best",
                        "monitor/mass_top",
                        "checkpoint.better",
                        "larger",
                        "monitor.every",
                        "0"))
                .containsExactly("--checkpoint.best must not be a monitor where monitors are off (monitor.every is 0)");
    }

    @Test
    void keysInTheWrongSectionAreSentToTheRightOne() {
        assertThat(problems(SOUND + "learning_rate: 1e-6\n").getFirst())
                .startsWith("r.yaml:6:1 learning_rate is not a key, did you mean train.learning_rate?; legal keys: ");
    }

    @Test
    void keysGivenTwiceAreReportedWithBothPlaces() {
        assertThat(problems(SOUND + "seed: 1\ntrain: {epochs: 1, epochs: 2}\nseed: 3\n"))
                .containsExactly(
                        "r.yaml:7:20 epochs must be given once, was already given at r.yaml:7:9",
                        "r.yaml:8:1 seed must be given once, was already given at r.yaml:6:1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "train.epochs => 1e999 => must be a number above 0, got 1e999",
                "train.epochs => .inf => must be a number above 0, got \".inf\"",
                "train.epochs => \"2\" => must be a number above 0, got \"2\"",
                "train.epochs => null => must be a number above 0, got null",
                "train.epochs => [1] => must be a number above 0, got a list",
                "train.epochs => {a: 1} => must be a number above 0, got a section",
                "train.max_tokens => 1 => must be a whole number of at least 2, got 1",
                "train.max_tokens => 2147483648 => must be a whole number of at least 2, got 2147483648",
                "train.max_steps => 99999999999999999999 => must be null or a whole number of at least 1, got 99999999999999999999",
                "train.adam_beta1 => 1 => must be a number in [0, 1), got 1",
                "train.learning_rate => 0 => must be a number in (0, 1], got 0",
                "train.clip_norm => -0.5 => must be a number of at least 0, got -0.5",
                "objective.0.label_smoothing => 0.5 => must be a number in [0, 0.5), got 0.5",
                "objective.0.weight => -1 => must be a number of at least 0, got -1",
                "checkpoint.keep => 0 => must be a whole number of at least 1, got 0",
                "checkpoint.best => loss => must be none, an evaluation metric such as eval_loss or a monitor such as monitor/entropy_top, got \"loss\"",
                "monitor.top_k => 0 => must be a whole number of at least 1, got 0",
                "monitor.alarms.mass_drop.drop => 0 => must be a number above 0, got 0",
                "monitor.alarms.threshold.metric => loss => must be a monitor such as monitor/entropy_top, got \"loss\"",
                "monitor.stop => mass => must be none | displacement | entropy_turn | mass_drop | bend | length | repetition | saturation | threshold | collapse, or a list of them, got \"mass\"",
                "monitor.stop => [mass_drop, bends] => must be none | displacement | entropy_turn | mass_drop | bend | length | repetition | saturation | threshold | collapse, or a list of them, got a list",
                "monitor.governor.term => two => must be none or the place of a term in objective, from 0, got \"two\"",
                "monitor.governor.lag => 0 => must be a whole number of at least 1, got 0",
                "train.precision => FLOAT32 => must be float32 | bfloat16 | float64, got \"FLOAT32\"",
                "reference => [] => must be initial | none | a model directory, got an empty list",
                "data.train => {} => must be a file or folder or a list of them, got a section"
            })
    void aValueThatIsNotLegalIsShownWithWhatIs(String key, String value, String message) {
        assertThat(problems(SOUND, key, value)).containsExactly("--" + key + " " + message);
    }

    @Test
    void keysThatDoNotGoTogetherAreReported() {
        assertThat(problems(SOUND, "method", "supervised", "reference", "initial", "data.shape", "prompt"))
                .containsExactly(
                        "r.yaml:4:20 objective.0.type must be mle for method supervised;"
                                + " other objectives need method preference, unpaired or reward",
                        "--reference must be none for method supervised, which reads no reference",
                        "--data.shape must be detect | "
                                + Shapes.words(Shape.Kind.PAIRS, Shape.Kind.LABELLED, Shape.Kind.ANSWERS)
                                + " for method supervised, got prompt");
        assertThat(problems(SOUND, "reference", "none", "data.shape", "text"))
                .containsExactly(
                        "--reference must be initial or a model directory for objective.0, got none",
                        "--data.shape must be detect | " + Shapes.words(Shape.Kind.PAIRS)
                                + " for method preference, got text");
        assertThat(problems(SOUND, "data.evaluate", "0", "evaluate.every", "50"))
                .containsExactly(
                        "--evaluate.every must be 0 where data.evaluate is 0: there is nothing to evaluate on");
    }

    @Test
    void hingeWithoutReferenceNeedsNone() {
        Recipe recipe = Recipe.parse(
                "r.yaml",
                SOUND,
                flags("objective.0.type", "hinge", "objective.0.reference", "false", "reference", "none"));
        assertThat(recipe.reference()).isEqualTo(new Recipe.Reference.None());
    }

    @Test
    void syntaxErrorsAreReportedWithTheirPlace() {
        assertThat(problems("method: preference\n  model: m\n").getFirst())
                .startsWith("r.yaml:2:8 must be YAML: ")
                .contains("mapping values are not allowed here")
                .doesNotContain("\n");
        assertThat(problems("data: {train: d\n").getFirst()).startsWith("r.yaml:2:1 must be YAML: ");
        assertThat(problems("a: 1\n\tb: 2\n").getFirst()).startsWith("r.yaml:2:1 must be YAML: ");
        assertThat(problems("a: 1\nb: \u0000\n"))
                .containsExactly("r.yaml:2:4 must be YAML: character U+0000 is not allowed");
        assertThat(problems("a: 1\n---\nb: 2\n").getFirst()).startsWith("r.yaml:2:1 must be YAML: ");
        assertThat(problems("a: *nothing\n").getFirst()).startsWith("r.yaml:1:4 must be YAML: ");
    }

    @Test
    void whatYamlAllowsAndARecipeDoesNotIsReported() {
        assertThat(problems("just text"))
                .contains("r.yaml:1:1 must be a section of keys and values, got \"just text\"");
        assertThat(problems(SOUND + "train: &me {epochs: *me}\n"))
                .containsExactly(
                        "r.yaml:6:8 must not contain itself",
                        "r.yaml:6:8 train.epochs must be a number above 0, got a section");
        assertThat(problems(SOUND + "seed: !secret 5\n"))
                .containsExactly("r.yaml:6:7 must not carry a tag, got !secret");
        assertThat(problems(SOUND + "? [a]\n: 1\n")).containsExactly("r.yaml:6:3 must be a key, got a list");
        assertThat(problems("[".repeat(100_000))).containsExactly("r.yaml:1:51 must not nest deeper than 50 levels");
    }

    @Test
    void anEmptyRecipeLacksWhatIsRequired() {
        assertThat(problems(""))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).startsWith("r.yaml:1:1 ").contains(" must be given: "));
    }

    @Test
    void sinksAreNamedEachOrInAList() {
        assertThat(problems(SOUND, "log.to", "[tensorboard, wandb]"))
                .containsExactly("--log.to must be a list of tensorboard | trainer_state, got a list");
        assertThat(problems(SOUND, "log.to", "csv"))
                .containsExactly("--log.to must be a list of tensorboard | trainer_state, got \"csv\"");
        assertThat(Recipe.parse("r.yaml", SOUND, flags("log.to", "tensorboard"))
                        .log()
                        .to())
                .containsExactly(Recipe.Sink.TENSORBOARD);
        assertThat(Recipe.parse("r.yaml", SOUND, flags("log.to", "[trainer_state, trainer_state]"))
                        .log()
                        .to())
                .containsExactly(Recipe.Sink.TRAINER_STATE);
    }

    @Test
    void theExceptionSaysAllProblemsALineEach() {
        RecipeException thrown = catchThrowableOfType(
                RecipeException.class, () -> Recipe.parse("r.yaml", SOUND, flags("seed", "x", "log.every", "0")));
        assertThat(thrown)
                .hasMessage("--log.every must be a whole number of at least 1, got 0" + System.lineSeparator()
                        + "--seed must be a whole number, got \"x\"");
        assertThat(thrown.problems().getFirst().key()).isEqualTo("log.every");
    }

    private static List<String> problems(String text, String... keysAndValues) {
        return problemsOf(() -> Recipe.parse("r.yaml", text, flags(keysAndValues)));
    }

    static List<String> problemsOf(ThrowingCallable binding) {
        return catchThrowableOfType(RecipeException.class, binding).problems().stream()
                .map(Problem::toString)
                .toList();
    }
}
