package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class EvaluateTest {

    @TempDir
    private Path folder;

    private Path prompts;

    @BeforeEach
    void writePrompts() throws IOException {
        prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "the cat\na dog and\none day\nthere was\n");
    }

    private CommandRun evaluate(Path against, String... more) {
        Stream<String> always = Stream.of(
                "evaluate",
                "--model",
                PairsTest.MODEL.toString(),
                "--against",
                against.toString(),
                "--prompts",
                prompts.toString(),
                "--max-new-tokens",
                "12");
        return CommandRun.of(Stream.concat(always, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void aModelTiesWithItself() {
        CommandRun run = evaluate(PairsTest.MODEL, "--reward", "length:characters:longest", "--json");

        assertThat(run.code()).isZero();
        JsonNode found = JsonMapper.shared().readTree(run.out());
        assertThat(found.path("prompts").asInt()).isEqualTo(4);
        assertThat(found.path("win_rate").path("value").asDouble()).isEqualTo(0.5);
        assertThat(found.path("win_rate").path("low").asDouble()).isBetween(0.01, 0.49);
        assertThat(found.path("ties").asInt()).isEqualTo(4);
        assertThat(found.path("reward_difference").path("high").asDouble()).isZero();
        assertThat(found.path("model").path("reward"))
                .isEqualTo(found.path("against").path("reward"));
        assertThat(found.path("model").path("tokens").path("value").asDouble()).isBetween(1.0, 12.0);
        assertThat(found.path("model").path("directory").asString()).isEqualTo(PairsTest.MODEL.toString());
    }

    @Test
    void theTableShowsBothModels() {
        CommandRun run = evaluate(PairsTest.MODEL, "--reward", "regex:.", "--temperature", "0");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("win rate           50.0 % (")
                .contains("0 wins, 0 losses, 4 ties")
                .contains("\nlength in tokens ")
                .contains("\nfinished answers ");
    }

    @Test
    void eachModelReadsThePromptsInItsOwnTokens() {
        Path stories = RealData.path("models/stories260K");

        CommandRun run = evaluate(stories, "--reward=lexical:the,a,was,she,he", "--json");

        assertThat(run.code()).isZero();
        JsonNode found = JsonMapper.shared().readTree(run.out());
        // The one tells stories; the other's weights are noise.
        assertThat(found.path("losses").asInt())
                .isGreaterThan(found.path("wins").asInt());
        assertThat(found.path("against").path("reward").path("value").asDouble())
                .isGreaterThan(found.path("model").path("reward").path("value").asDouble());
    }

    @Test
    void refusesASinglePrompt() throws IOException {
        Files.writeString(prompts, "the cat\n");

        CommandRun run = evaluate(PairsTest.MODEL, "--reward", "length:words:longest");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("poise evaluate: prompts must be at least 2, since one gives no interval, got 1\n");
    }

    @Test
    void refusesARewardThatIsNotFinite() {
        CommandRun run = evaluate(PairsTest.MODEL, "--reward=1e308*length:characters:longest");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("poise: reward of answer 0 must be finite, got Infinity\n");
    }

    @Test
    void aMissingModelIsNamedBeforeTheOtherWorks() {
        CommandRun run = evaluate(folder.resolve("nowhere"), "--reward", "length:words:longest");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("poise: " + folder.resolve("nowhere") + ": a model must be a directory or a GGUF file\n");
    }
}
