package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.data.Content;
import dev.poise.data.Example;
import dev.poise.data.ExampleReader;
import dev.poise.data.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// On a model with made-up weights, whose answers are noise of many lengths.
final class PairsTest {

    static final Path MODEL = Path.of("../library/src/test/resources/models/tiny-llama-chat");

    @TempDir
    private Path folder;

    private Path prompts;
    private Path output;

    @BeforeEach
    void writePrompts() throws IOException {
        prompts = folder.resolve("prompts.jsonl");
        output = folder.resolve("pairs.jsonl");
        Files.writeString(prompts, """
                {"prompt": "the cat"}
                {"prompt": "a dog and"}
                {"prompt": "one day"}
                """);
    }

    private CommandRun pairs(String... more) {
        Stream<String> always = Stream.of(
                "pairs",
                "--model",
                MODEL.toString(),
                "--prompts",
                prompts.toString(),
                "--output",
                output.toString(),
                "--max-new-tokens",
                "12");
        return CommandRun.of(Stream.concat(always, Stream.of(more)).toArray(String[]::new));
    }

    private List<JsonNode> rows() throws IOException {
        return Files.readAllLines(output).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private List<Row> read() {
        try (ExampleReader reader = ExampleReader.open(output)) {
            List<Row> rows = new ArrayList<>();
            reader.forEachRemaining(rows::add);
            return rows;
        }
    }

    @Test
    void theLongestAnswerIsChosenOverTheShortest() throws IOException {
        CommandRun run = pairs("--reward", "length:characters:longest", "--samples", "5", "--json");

        assertThat(run.code()).isZero();
        JsonNode summary = JsonMapper.shared().readTree(run.out());
        assertThat(summary.path("prompts").asInt()).isEqualTo(3);
        assertThat(summary.path("completions").asInt()).isEqualTo(15);
        assertThat(summary.path("pairs").asInt()).isEqualTo(3);
        assertThat(summary.path("cut").asInt()).isBetween(1, 15);
        assertThat(summary.path("chosen_reward_mean").asDouble())
                .isGreaterThan(summary.path("reward_mean").asDouble());
        assertThat(summary.path("rejected_reward_mean").asDouble())
                .isLessThan(summary.path("reward_mean").asDouble());
        assertThat(rows())
                .extracting(row -> row.path("prompt").asString())
                .containsExactly("the cat", "a dog and", "one day");
        assertThat(rows()).allSatisfy(row -> {
            String chosen = row.path("chosen").asString();
            String rejected = row.path("rejected").asString();
            assertThat(row.path("chosen_reward").asInt()).isEqualTo(chosen.codePointCount(0, chosen.length()));
            assertThat(row.path("rejected_reward").asInt()).isEqualTo(rejected.codePointCount(0, rejected.length()));
            assertThat(chosen).hasSizeGreaterThan(rejected.length());
        });
    }

    @Test
    void theDataReaderTakesTheRowsAsTheyAre() throws IOException {
        pairs("--reward", "length:characters:longest");

        List<JsonNode> written = rows();
        List<Row> rows = read();
        assertThat(rows).hasSize(3);
        for (int i = 0; i < rows.size(); i++) {
            Example.Pair pair = (Example.Pair) rows.get(i);
            assertThat(pair.promptOfChosen())
                    .isEqualTo(new Content.Text(written.get(i).path("prompt").asString()));
            assertThat(pair.chosen())
                    .isEqualTo(new Content.Text(written.get(i).path("chosen").asString()));
        }
    }

    @Test
    void withAChatTemplateRowsAreMessages() throws IOException {
        CommandRun run = pairs("--reward", "length:characters:longest", "--chat-template", "chatml");

        assertThat(run.code()).isZero();
        assertThat(rows().getFirst().path("prompt").toString())
                .isEqualTo("[{\"role\":\"user\",\"content\":\"the cat\"}]");
        assertThat(rows().getFirst().path("chosen").path(0).path("role").asString())
                .isEqualTo("assistant");
        assertThat(read()).hasSize(3).allSatisfy(row -> assertThat(row).isInstanceOf(Example.Pair.class));
    }

    @Test
    void theMarginBuilderKeepsPairsThatAreFarEnoughApart() throws IOException {
        CommandRun run = pairs(
                "--reward=0.5*length:characters:longest",
                "--samples=6",
                "--builder=margin",
                "--margin=2",
                "--limit-per-prompt=4");

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("prompts      3: ").endsWith("written      " + output + "\n");
        assertThat(rows()).hasSizeBetween(4, 12).allSatisfy(row -> assertThat(
                        row.path("chosen_reward").asDouble()
                                - row.path("rejected_reward").asDouble())
                .isGreaterThanOrEqualTo(2));
    }

    @Test
    void theSeedDecidesWhatIsWritten() throws IOException {
        pairs("--reward", "length:characters:longest", "--seed", "3");
        String first = Files.readString(output);
        Files.delete(output);
        pairs("--reward", "length:characters:longest", "--seed", "3", "--batch", "2");
        String again = Files.readString(output);
        Files.delete(output);
        pairs("--reward", "length:characters:longest", "--seed", "4");

        assertThat(again).isEqualTo(first);
        assertThat(Files.readString(output)).isNotEqualTo(first);
    }

    @Test
    void takesThePromptsOfPreferences() throws IOException {
        Files.writeString(prompts, "{\"prompt\":\"the cat\",\"chosen\":\"sat\",\"rejected\":\"ran\"}\n");

        CommandRun run = pairs("--reward", "length:characters:longest");

        assertThat(run.code()).isZero();
        assertThat(rows()).extracting(row -> row.path("prompt").asString()).containsExactly("the cat");
    }

    @Test
    void tellsWhyThereIsNoPairAndWritesNothing() {
        CommandRun run = pairs("--reward", "regex:NOBODY SAYS THIS");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("poise: no pair could be made of 3 prompts: the rewards of 3 are equal, those of 0 too"
                        + " close\n");
        assertThat(output).doesNotExist();
    }

    @Test
    void refusesARewardThatIsNotFinite() {
        CommandRun run =
                pairs("--reward", "1e308*length:characters:longest", "--reward", "-1e308*length:characters:longest");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("poise: reward of prompt 0, completion 0 must be finite, got Infinity\n");
        assertThat(output).doesNotExist();
    }

    @Test
    void aRewardThatNobodyKnowsIsAnsweredWithTheLegalForms() {
        CommandRun run = pairs("--reward", "niceness");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("poise pairs: --reward: reward \"niceness\": kind must be length, lexical, lexical-share,"
                        + " regex, regex-count, expr, model, command or endpoint, got \"niceness\"; legal: length:");
    }

    @Test
    void refusesAnEmptyFileOfPrompts() throws IOException {
        prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "");

        CommandRun run = pairs("--reward", "length:words:longest");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("poise pairs: " + prompts + " must hold at least one prompt\n");
    }

    @Test
    void touchesNoFileThatIsThere() throws IOException {
        Files.writeString(output, "precious");

        CommandRun run = pairs("--reward", "length:words:longest");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("poise pairs: --output must not exist yet, got " + output + "\n");
        assertThat(output).hasContent("precious");
    }

    @Test
    void refusesOptionsOfTheOtherBuilder() {
        assertThat(pairs("--reward", "length:words:longest", "--margin", "2").err())
                .startsWith("poise pairs: --margin and --limit-per-prompt need --builder margin\n");
        assertThat(pairs("--reward", "length:words:longest", "--builder", "margin")
                        .err())
                .startsWith("poise pairs: --builder margin needs --margin\n");
        assertThat(pairs("--reward", "length:words:longest", "--builder", "margin", "--margin", "-1")
                        .err())
                .startsWith("poise pairs: margin must be finite and above 0, got -1.0\n");
        assertThat(pairs("--reward", "length:words:longest", "--samples", "1").err())
                .startsWith("poise pairs: --samples must be at least 2, since a pair has two sides, got 1\n");
    }

    @Test
    void trainingTakesThePairs() throws IOException {
        pairs("--reward", "length:characters:longest");
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(recipe, """
                method: preference
                model: %s
                data: {train: %s}
                objective: [{type: dpo, beta: 0.1}]
                train: {epochs: 1, batch_pairs: 3, max_tokens: 64, learning_rate: 1e-3}
                output: %s
                """.formatted(MODEL.toAbsolutePath().normalize(), output, folder.resolve("run")));

        CommandRun run = CommandRun.of("train", recipe.toString());

        assertThat(run.err()).doesNotContain("poise: ");
        assertThat(run.code()).isZero();
    }

    /// A real program: it answers each line with its length. A second run asks it nothing.
    @Test
    void programsScoreAndWhatTheyAnsweredIsKept() throws IOException {
        Path answers = folder.resolve("answers.jsonl");
        String program = "command[batch=5]:sh -c 'while read -r line; do echo ${#line}; done'";
        CommandRun run = pairs("--reward", program, "--answers", answers.toString(), "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode summary = JsonMapper.shared().readTree(run.out());
        int calls = summary.path("oracle_calls").intValue();
        assertThat(calls).isEqualTo(Files.readAllLines(answers).size()).isBetween(4, 12);
        assertThat(calls + summary.path("oracle_remembered").intValue()).isEqualTo(12);
        assertThat(summary.path("oracle_retries").intValue()).isZero();
        assertThat(run.err()).contains("answered " + calls + ", " + (12 - calls) + " known already, 0 retries");
        List<JsonNode> rows = rows();
        Files.delete(output);
        CommandRun again = pairs("--reward", program, "--answers", answers.toString(), "--json");
        assertThat(JsonMapper.shared()
                        .readTree(again.out())
                        .path("oracle_calls")
                        .intValue())
                .isZero();
        assertThat(rows()).isEqualTo(rows);
    }

    @Test
    void aProgramThatIsNotThereIsToldBeforeAnythingIsSampled() {
        CommandRun run = pairs("--reward", "command:/no/such/judge");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--reward: ", "command:/no/such/judge: cannot be started");
        CommandRun formula = pairs("--reward", "expr:wrds");
        assertThat(formula.code()).isEqualTo(2);
        assertThat(formula.err()).contains("did you mean words?");
        assertThat(output).doesNotExist();
    }
}
