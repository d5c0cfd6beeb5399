package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A reward model from its recipe to the answers it scores.
final class RewardModelTest {

    private static final Path PAIRS = Path.of("../library/src/test/resources/golden/trl-pairs.jsonl");

    @TempDir
    private Path folder;

    private Path reward;
    private Path prompts;

    @BeforeEach
    void trainOne() throws IOException {
        prompts = Files.writeString(folder.resolve("prompts.txt"), "the cat\na dog and\none day\n");
        CommandRun run = CommandRun.of(
                "train",
                "../recipes/reward.yaml",
                "--model",
                PairsTest.MODEL.toString(),
                "--data.train",
                PAIRS.toString(),
                "--data.evaluate",
                "0.2",
                "--train.max_tokens",
                "64",
                "--train.max_steps",
                "1",
                "--output",
                folder.resolve("run").toString(),
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode told = JsonMapper.shared().readTree(run.out());
        assertThat(told.path("eval_accuracy").asDouble())
                .isBetween(
                        told.path("eval_accuracy_low").asDouble(2),
                        told.path("eval_accuracy_high").asDouble(-1));
        reward = folder.resolve("run/model");
    }

    @Test
    void scoresAnswersOfPairsAndComparisons() throws IOException {
        Path output = folder.resolve("pairs.jsonl");
        CommandRun pairs = CommandRun.of(
                "pairs",
                "--model",
                PairsTest.MODEL.toString(),
                "--prompts",
                prompts.toString(),
                "--output",
                output.toString(),
                "--max-new-tokens",
                "12",
                "--reward",
                "model:" + reward);
        assertThat(pairs.code()).as(pairs.err()).isZero();
        assertThat(pairs.err()).contains(reward + ": scored 12 answers");
        List<JsonNode> rows = Files.readAllLines(output).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(rows).hasSize(3).allSatisfy(row -> assertThat(
                        row.path("chosen_reward").asDouble())
                .isGreaterThan(row.path("rejected_reward").asDouble()));

        CommandRun evaluate = evaluate(PairsTest.MODEL, "2*model:" + reward, "--json");
        assertThat(evaluate.code()).as(evaluate.err()).isZero();
        assertThat(evaluate.err()).contains("scored 6 answers");
        assertThat(JsonMapper.shared().readTree(evaluate.out()).path("ties").asInt())
                .isEqualTo(3);
    }

    @Test
    void refusesOneModelWhereTheOtherIsMeant() {
        assertThat(evaluate(reward, "length:words:longest"))
                .satisfies(run -> assertThat(run.code()).isEqualTo(1))
                .satisfies(run -> assertThat(run.err()).contains("must be a language model, got a reward model"));
        assertThat(evaluate(PairsTest.MODEL, "model:" + PairsTest.MODEL))
                .satisfies(run -> assertThat(run.code()).isEqualTo(1))
                .satisfies(run -> assertThat(run.err()).contains("must be a reward model"));
        assertThat(evaluate(PairsTest.MODEL, "model:"))
                .satisfies(run -> assertThat(run.code()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("model must name a directory, got none"));
        assertThat(evaluate(PairsTest.MODEL, "model:" + folder.resolve("nowhere"))
                        .err())
                .contains("a model must be a directory");
    }

    private CommandRun evaluate(Path model, String specification, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "evaluate",
                "--model",
                model.toString(),
                "--against",
                PairsTest.MODEL.toString(),
                "--prompts",
                prompts.toString(),
                "--max-new-tokens",
                "12",
                "--reward",
                specification));
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray(String[]::new));
    }
}
