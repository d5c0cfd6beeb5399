package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ScoreTest {

    @TempDir
    private Path folder;

    private static String model(String name) {
        return RealData.path("models/" + name).toString();
    }

    private String data(String... rows) throws Exception {
        Path file = folder.resolve("data.jsonl");
        Files.writeString(file, String.join("\n", rows) + "\n");
        return file.toString();
    }

    private static List<JsonNode> lines(CommandRun run) {
        assertThat(run.code()).as(run.err()).isZero();
        return run.out().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    /// TRL's float64 log-probabilities of eight real pairs, from their raw text.
    @Test
    void agreesWithTrlInFloat64() throws Exception {
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(RealData.path("goldens/trl-dpo-losses.json")));
        String[] rows =
                golden.path("pairs").values().stream().map(JsonNode::toString).toArray(String[]::new);

        List<JsonNode> lines = lines(CommandRun.of(
                "score",
                "--model",
                model("tiny-gpt2-sft"),
                "--reference",
                model("tiny-random-gpt2"),
                "--data",
                data(rows),
                "--shape",
                "preference",
                "--max-tokens",
                "256",
                "--precision",
                "float64",
                "--json"));

        assertThat(lines).hasSize(8);
        for (int i = 0; i < 8; i++) {
            JsonNode line = lines.get(i);
            agrees(line, golden, "policy", i);
            agrees(line.path("reference"), golden, "ref", i);
            double chosen = number(line, "chosen", "sum") - number(line.path("reference"), "chosen", "sum");
            double rejected = number(line, "rejected", "sum") - number(line.path("reference"), "rejected", "sum");
            assertThat(number(line, "rewards", "chosen")).isCloseTo(0.1 * chosen, within(1e-12));
            assertThat(number(line, "rewards", "rejected")).isCloseTo(0.1 * rejected, within(1e-12));
            assertThat(number(line, "rewards", "margin")).isCloseTo(0.1 * (chosen - rejected), within(1e-12));
        }
    }

    private static void agrees(JsonNode line, JsonNode golden, String who, int pair) {
        JsonNode theirs = golden.path("float64_logps").path(who);
        for (int side = 0; side < 2; side++) {
            JsonNode ours = line.path(side == 0 ? "chosen" : "rejected");
            double sum = theirs.path("sum_logps_chosen_then_rejected")
                    .path(8 * side + pair)
                    .asDouble();
            int tokens = theirs.path("completion_tokens").path(8 * side + pair).asInt();
            assertThat(ours.path("sum").asDouble()).isCloseTo(sum, within(1e-8));
            assertThat(ours.path("tokens").asInt()).isEqualTo(tokens);
            assertThat(ours.path("mean").asDouble()).isCloseTo(sum / tokens, within(1e-8));
        }
    }

    private static double number(JsonNode line, String name, String key) {
        return line.path(name).path(key).asDouble();
    }

    @Test
    void unpairedRowsHaveOneCompletion() throws Exception {
        CommandRun run = CommandRun.of(
                "score",
                "--model",
                model("stories260K"),
                "--json",
                "--data",
                data("{\"prompt\":\"Once upon\",\"completion\":\" a time\",\"label\":true}"));

        JsonNode line = lines(run).getFirst();
        assertThat(line.propertyNames()).containsExactly("index", "completion");
        assertThat(line.path("completion").propertyNames()).containsExactly("sum", "mean", "tokens");
        assertThat(run.err()).contains("unpaired").contains("1 rows: 1 encoded, 0 bad, 0 dropped");
    }

    @Test
    void aBadRowStopsWithItsFileAndLine() throws Exception {
        String file = data(
                "{\"prompt\":\"Lily\",\"chosen\":\" ran\",\"rejected\":\" hid\"}",
                "{\"prompt\":\"Lily\",\"chosen\":\" \",\"rejected\":\" hid\"}");

        CommandRun run = CommandRun.of("score", "--model", model("stories260K"), "--json", "--data", file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("poise: " + file + ":2: chosen must say something");
    }

    @Test
    void quarantinedRowsAreToldAndKeepTheirIndex() throws Exception {
        String file = data(
                "{\"prompt\":\"Lily\",\"chosen\":\" \",\"rejected\":\" hid\"}",
                "{\"prompt\":\"Lily\",\"chosen\":\" ran\",\"rejected\":\" hid\"}");

        CommandRun run = CommandRun.of(
                "score", "--model", model("stories260K"), "--bad-rows", "quarantine", "--json", "--data", file);

        assertThat(lines(run))
                .singleElement()
                .satisfies(line -> assertThat(line.path("index").asInt()).isEqualTo(1));
        assertThat(run.err())
                .contains(file + ":1: left out: chosen must say something")
                .contains("2 rows: 1 encoded, 1 bad, 0 dropped");
    }

    @Test
    void isReadableWithoutJson() throws Exception {
        CommandRun run = CommandRun.of(
                "score",
                "--model",
                model("stories260K"),
                "--reference",
                model("stories260K"),
                "--data",
                data("{\"prompt\":\"Lily\",\"chosen\":\" ran\",\"rejected\":\" hid\"}"));

        assertThat(run.out())
                .matches(" +0  chosen -\\d+\\.\\d{3} in \\d+ tokens \\(-\\d+\\.\\d{3} each\\)  rejected .*"
                        + "  reward margin \\+0\\.0000\n");
    }

    @Test
    void refusesValuesOutOfRange() throws Exception {
        CommandRun run = CommandRun.of("score", "--model", "m", "--data", "d", "--beta", "0");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("poise score: --beta must be positive and finite, got 0.0\n");

        CommandRun tokens = CommandRun.of(
                "score",
                "--model",
                model("stories260K"),
                "--max-tokens",
                "513",
                "--data",
                data("{\"prompt\":\"Lily\",\"chosen\":\" ran\",\"rejected\":\" hid\"}"));
        assertThat(tokens.code()).isEqualTo(2);
        assertThat(tokens.err())
                .startsWith("poise score: --max-tokens must be from 2 to the model's context of 512, got 513\n");
    }
}
