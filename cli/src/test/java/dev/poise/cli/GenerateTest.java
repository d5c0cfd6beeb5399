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

/// On the real little model of children's stories.
final class GenerateTest {

    private static String model() {
        return RealData.path("models/stories260K").toString();
    }

    private static List<JsonNode> lines(CommandRun run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run.out().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    @Test
    void tellsAStoryGreedily() {
        CommandRun run = CommandRun.of(
                "generate",
                "--model",
                model(),
                "--prompt",
                "Once upon a time",
                "--temperature",
                "0",
                "--max-new-tokens",
                "40");

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("Once upon a time, there was a little girl named Lily. She loved to play");
    }

    @Test
    void jsonLinesSayWhatWasDrawnInTheOrderOfThePrompts() {
        CommandRun run = CommandRun.withInput(
                "Lily\nTom and\n\n", "generate", "--model", model(), "--max-new-tokens", "12", "--seed", "3", "--json");

        List<JsonNode> lines = lines(run);
        assertThat(lines).extracting(line -> line.path("index").asInt()).containsExactly(0, 1, 2);
        assertThat(lines).extracting(line -> line.path("prompt").asString()).containsExactly("Lily", "Tom and", "");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.path("completion").asString()).isNotEmpty();
            assertThat(line.path("tokens").asInt()).isEqualTo(12);
            assertThat(line.path("ids").size()).isEqualTo(12);
            assertThat(line.path("ids").valueStream().mapToInt(JsonNode::asInt))
                    .allSatisfy(id -> assertThat(id).isBetween(0, 511));
            assertThat(line.path("ended").asBoolean()).isFalse();
            assertThat(line.path("sum").asDouble()).isNegative();
            assertThat(line.path("mean").asDouble()).isCloseTo(line.path("sum").asDouble() / 12, within(1e-12));
        });
    }

    @Test
    void theBatchChangesNothingAndTheSeedDoes() {
        String input = "Lily\nTom and\nOne day\n";
        String[] asked = {"generate", "--model", model(), "--max-new-tokens", "12", "--json", "--batch", "1"};
        List<JsonNode> alone = lines(CommandRun.withInput(input, asked));
        asked[asked.length - 1] = "3";
        List<JsonNode> together = lines(CommandRun.withInput(input, asked));
        CommandRun other = CommandRun.withInput(
                input, "generate", "--model", model(), "--max-new-tokens", "12", "--json", "--seed", "1");

        assertThat(together)
                .extracting(line -> line.path("completion").asString())
                .containsExactlyElementsOf(alone.stream()
                        .map(line -> line.path("completion").asString())
                        .toList());
        assertThat(lines(other).getFirst().path("completion"))
                .isNotEqualTo(alone.getFirst().path("completion"));
    }

    @Test
    void takesThePromptsOfADataFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("prompts.jsonl");
        Files.writeString(file, "{\"prompt\":\"Lily\"}\n{\"prompt\":\"Tom\"}\n");

        List<JsonNode> lines = lines(CommandRun.of(
                "generate", "--model", model(), "--prompts", file.toString(), "--max-new-tokens", "2", "--json"));

        assertThat(lines).extracting(line -> line.path("prompt").asString()).containsExactly("Lily", "Tom");
    }

    @Test
    void refusesAPromptThatFillsTheContext() {
        CommandRun run = CommandRun.of("generate", "--model", model(), "--prompt", "Lily ".repeat(600));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("poise: prompt 0: must leave room in the model's context of 512 tokens, got ");
    }

    @Test
    void refusesPromptsFromTwoPlaces() {
        CommandRun run = CommandRun.of("generate", "--model", "m", "--prompt", "a", "--prompts", "b");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("poise generate: --prompt and --prompts cannot be given together\n");
    }

    @Test
    void refusesAChatTemplateThatNobodyKnows() {
        CommandRun run = CommandRun.of("generate", "--model", model(), "--prompt", "a", "--chat-template", "telepathy");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith(
                        "poise generate: --chat-template must be one of model, model:NAME, chatml, llama3, zephyr, none or a file, got telepathy\n");
    }
}
