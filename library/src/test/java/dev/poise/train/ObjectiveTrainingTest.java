package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.data.DataException;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs of objectives that need more than sums over pairs, from the recipe to the metrics.
final class ObjectiveTrainingTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: ld, alpha: 0.3, of: {type: dpo, beta: 0.5}}",
                "{type: wpo, of: {type: sigmoid, beta: 0.5}}",
                "{type: token_unlikelihood, alpha: 1}",
                "{type: aot_unpaired, beta: 0.5}",
                "{type: orpo, beta: 0.5}",
                "{type: dpo}, {type: exmate, weight: 0.5, coefficient: 1}",
                "{type: weights, good: \"b * sigmoid(-b * delta)\", bad: \"b * sigmoid(-b * delta)\", b: 0.5}"
            })
    void everyKindOfNeedTrainsOnPairsAndTheLossFalls(String objective) throws IOException {
        List<MetricLine> lines = run("preference", objective, PAIRS);
        assertThat(loss(lines.getLast())).isLessThan(loss(lines.getFirst()));
        assertThat(lines.getFirst().number("weights/max").orElseThrow()).isPositive();
        assertThat(notes).noneMatch(note -> note.startsWith("warning: step"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: kto, beta: 0.5}",
                "{type: apo_zero_unpaired, beta: 0.5}",
                "{type: bco_unpaired, beta: 0.5}, {type: mle, weight: 0.1}"
            })
    void labelledRowsTrainAndTheMarginGrows(String objective) throws IOException {
        Path rows = folder.resolve("rows.jsonl");
        Files.write(
                rows,
                IntStream.range(0, 12)
                        .mapToObj(i -> "{\"prompt\": \"The owl asks: where is drum " + i + "?\", \"completion\": \""
                                + (i % 3 == 0 ? " No." : " It is under the oak " + i + ".") + "\", \"label\": "
                                + (i % 3 != 0) + "}")
                        .toList());
        List<MetricLine> lines = run("unpaired", objective, rows);
        assertThat(loss(lines.getLast())).isLessThan(loss(lines.getFirst()));
        MetricLine last = lines.getLast();
        double chosen = last.number("rewards/chosen").orElseThrow();
        double rejected = last.number("rewards/rejected").orElseThrow();
        assertThat(last.number("rewards/margins").orElseThrow())
                .isEqualTo(chosen - rejected)
                .isPositive();
        assertThat(last.number("kl").isPresent()).isEqualTo(objective.contains("kto"));
        assertThat(last.number("rewards/accuracies")).isEmpty();
    }

    @Test
    void aPairIsOneGoodAndOneBadRowOfAnUnpairedRun() throws IOException {
        run("unpaired", "{type: kto, beta: 0.5}", PAIRS);
        assertThat(notes)
                .anyMatch(note -> note.startsWith("train: 42 rows: 41 encoded"))
                .contains("82 rows to train on, 0 held out");
    }

    @Test
    void rowsWithoutALabelAreRefusedByAnUnpairedRun() throws IOException {
        Path rows = folder.resolve("rows.jsonl");
        Files.writeString(rows, "{\"prompt\": \"Where?\", \"completion\": \" Here.\"}\n");
        assertThatThrownBy(() -> run("unpaired", "{type: kto}", rows))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rows.jsonl:1")
                .hasMessageContaining("must carry a label or be a pair: the method is unpaired");
    }

    @Test
    void anExplodingWeightRaisesAnAlarmWithStepAndValue() throws IOException {
        run("preference", "{type: unlikelihood, weight: 2000}", PAIRS);
        assertThat(notes)
                .filteredOn(note -> note.startsWith("warning: step "))
                .hasSize(6)
                .first()
                .asString()
                .startsWith("warning: step 1: an example pulls with a weight of 2.00e+03 (alarm at 1000)");
    }

    @Test
    void weightsWithoutALossTrainAndSayThatTheLossDependsOnThePath() throws IOException {
        run("preference", "{type: weights, good: \"1\", bad: \"0.1 * sigmoid(delta)\", path_dependent: true}", PAIRS);
        assertThat(notes)
                .filteredOn(note -> note.startsWith("warning: the loss of the given weights depends on the path"))
                .hasSize(1);
    }

    private static double loss(MetricLine line) {
        return line.number("loss").orElseThrow();
    }

    private List<MetricLine> run(String method, String objective, Path data) throws IOException {
        List<RecipeOverride> flags = List.of(
                new RecipeOverride("method", method),
                new RecipeOverride("model", MODEL.toString()),
                new RecipeOverride("data.train", data.toString()),
                new RecipeOverride("output", folder.resolve("run").toString()),
                new RecipeOverride("objective", "[" + objective + "]"),
                new RecipeOverride("train.max_steps", "6"),
                new RecipeOverride("train.batch_pairs", "12"),
                new RecipeOverride("train.micro_batch_tokens", "200"),
                new RecipeOverride("train.max_tokens", "64"),
                new RecipeOverride("train.learning_rate", "1e-3"),
                new RecipeOverride("train.schedule", "constant"),
                new RecipeOverride("train.shuffle", "false"),
                new RecipeOverride("log.every", "1"));
        Training.run(Recipe.parse("r.yaml", "method: preference", flags), false, new Progress() {
            @Override
            public void note(String line) {
                notes.add(line);
            }

            @Override
            public void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers) {}
        });
        return Metrics.read(folder.resolve("run/metrics.jsonl"));
    }
}
