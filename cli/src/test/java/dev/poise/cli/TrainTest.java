package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.experiment.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TrainTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void inputs() throws Exception {
        TinyModel.write(folder.resolve("model"), List.of("sun", "rain", "sky", "is", "."), 3);
        Files.writeString(folder.resolve("pairs.jsonl"), """
                {"prompt": "sky is", "chosen": " sun .", "rejected": " rain ."}
                {"prompt": "sun is", "chosen": " sky .", "rejected": " rain rain ."}
                {"prompt": "rain is", "chosen": " sky .", "rejected": " sun rain ."}
                """);
        Files.writeString(folder.resolve("recipe.yaml"), """
                method: preference
                objective: [{type: dpo, beta: 0.3}]
                train: {epochs: 4, batch_pairs: 2, max_tokens: 32, learning_rate: 1e-2, warmup_steps: 0}
                data: {evaluate: 0}
                log: {every: 1}
                sample: {every: 0}
                """);
    }

    private CommandRun train(String... more) {
        Stream<String> given = Stream.of(
                "train",
                folder.resolve("recipe.yaml").toString(),
                "--model",
                folder.resolve("model").toString(),
                "--data.train",
                folder.resolve("pairs.jsonl").toString(),
                "--output",
                folder.resolve("run").toString());
        return CommandRun.of(Stream.concat(given, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void goesFromARecipeToAModelAndAReport() throws Exception {
        CommandRun run = train("--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = JsonMapper.shared().readTree(run.out());
        assertThat(result.path("steps").asInt()).isEqualTo(8);
        assertThat(result.path("reference_seconds").asDouble()).isPositive();
        assertThat(Path.of(result.path("model").asString()).resolve("model.safetensors"))
                .exists();
        assertThat(Path.of(result.path("report").asString())).exists();
        assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl"))).hasSize(8);
    }

    @Test
    void tellsEveryProblemOfARecipeAtOnceBeforeAnyWork() throws Exception {
        Files.writeString(folder.resolve("recipe.yaml"), """
                method: preference
                objective:
                  - {type: dpo, beta: -0.3}
                train: {epochs: many, batch_pair: 2}
                """);

        CommandRun run = train("--checkpoint.keep", "-1");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("recipe.yaml:3:23 objective.0.beta")
                .contains("recipe.yaml:4:17 train.epochs")
                .contains("recipe.yaml:4:23 train.batch_pair is not a key")
                .contains("batch_pairs")
                .contains("--checkpoint.keep");
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void refusesToOverwriteARunAndTouchesNothingOfIt() throws Exception {
        assertThat(train().code()).isZero();
        byte[] before = Files.readAllBytes(folder.resolve("run/metrics.jsonl"));

        CommandRun again = train();

        assertThat(again.code()).isNotZero();
        assertThat(again.err()).contains("--resume");
        assertThat(Files.readAllBytes(folder.resolve("run/metrics.jsonl"))).isEqualTo(before);
    }

    /// A threshold that any run is beyond ends it at the first reading after the baseline, and both the terminal and
    /// the JSON say why; compared with a run that went on, the rule is what differed.
    @Test
    void aStopRuleIsToldAndComparedWithARunThatWentOn() throws Exception {
        String[] watched = {"--data.evaluate", "0.34", "--monitor.top_k", "3", "--monitor.every", "2"};
        assertThat(train(watched).code()).isZero();
        Files.move(folder.resolve("run"), folder.resolve("whole"));

        CommandRun run = train(Stream.concat(
                        Stream.of(watched),
                        Stream.of(
                                "--monitor.alarms.threshold",
                                "{metric: monitor/mass_top, above: 0}",
                                "--monitor.stop",
                                "threshold",
                                "--json"))
                .toArray(String[]::new));

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = JsonMapper.shared().readTree(run.out());
        assertThat(result.path("steps").asInt()).isEqualTo(2);
        assertThat(result.path("stopped").asString())
                .startsWith("the run ends after step 2 by monitor.stop: threshold.");
        assertThat(run.err())
                .contains("alarm: step 2: Threshold (threshold)\n       monitor/mass_top is ")
                .contains("What to try: ")
                .contains("stop: step 2: the run ends after step 2");

        Path page = folder.resolve("page.html");
        CommandRun compared = CommandRun.of(
                "compare",
                folder.resolve("whole").toString(),
                folder.resolve("run").toString(),
                "--page",
                page.toString());
        assertThat(compared.code()).as(compared.err()).isZero();
        assertThat(compared.out())
                .contains("recipe  monitor.stop\n      1  []\n      2  [threshold]\n")
                .contains("eval_loss ")
                .contains("run 2, step 2: Stopped (threshold)");
        assertThat(page).content().contains("side by side");
        assertThat(CommandRun.of("compare", folder.resolve("run").toString()).code())
                .isEqualTo(2);
    }

    @Test
    void asksForOneRecipe() {
        assertThat(CommandRun.of("train").err()).contains("must be given one recipe, got none");
        assertThat(train("--train.seed").err()).contains("--train.seed must be followed by a value");
    }
}
