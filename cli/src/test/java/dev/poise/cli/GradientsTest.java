package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

final class GradientsTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void inputs() throws Exception {
        TinyModel.write(folder.resolve("model"), List.of("sun", "rain", "sky", "is", "."), 3);
        Files.writeString(folder.resolve("pairs.jsonl"), """
                {"prompt": "sky is", "chosen": " sun .", "rejected": " rain .", "note": "<b>"}
                {"prompt": "sun is", "chosen": " sky .", "rejected": " rain rain ."}
                {"prompt": "rain is", "chosen": " ", "rejected": " sun ."}
                {"prompt": "rain is", "chosen": " sky .", "rejected": " sky sky sky sky ."}
                {"prompt": "is is", "chosen": " sky", "rejected": " sky sky sky sky sky sky sky sky"}
                """);
        Files.writeString(folder.resolve("recipe.yaml"), """
                method: preference
                objective: [{type: dpo, beta: 0.3}, {type: mle, weight: 0.01}]
                train: {batch_pairs: 3, max_tokens: 32, learning_rate: 1e-4, precision: float64}
                data: {bad_rows: quarantine}
                """);
    }

    private CommandRun gradients(String... more) {
        Stream<String> given = Stream.of(
                "gradients",
                folder.resolve("recipe.yaml").toString(),
                "--model",
                folder.resolve("model").toString(),
                "--data.train",
                folder.resolve("pairs.jsonl").toString());
        return CommandRun.of(Stream.concat(given, Stream.of(more)).toArray(String[]::new));
    }

    private static List<JsonNode> lines(CommandRun run) {
        assertThat(run.code()).as(run.err()).isZero();
        return run.out().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    @Test
    void everyPairAndThenTheirSummaryAsJson() {
        CommandRun run = gradients("--json", "--optimiser", "sgd", "--learning-rate", "1e-6");

        List<JsonNode> lines = lines(run);
        assertThat(lines).hasSize(5);
        assertThat(lines.stream().limit(4).map(line -> line.path("index").asInt()))
                .containsExactly(0, 1, 3, 4);
        for (JsonNode pair : lines.subList(0, 4)) {
            double forecast = pair.path("forecast").path("sgd").path("chosen").asDouble();
            double actual = pair.path("actual").path("alone").path("chosen").asDouble();
            assertThat(forecast).isNotZero().isCloseTo(actual, within(0.01 * Math.abs(actual)));
            // The model is its own reference: DPO's part is β/2, the likelihood's 0.01 by the answer's tokens.
            assertThat(pair.path("weights").path("bad").asDouble()).isCloseTo(.15, within(1e-12));
            double tokens = pair.path("chosen").path("tokens").asDouble();
            assertThat(pair.path("weights").path("good").asDouble()).isCloseTo(.15 + .01 / tokens, within(1e-12));
        }
        JsonNode summary = lines.getLast();
        assertThat(summary.path("kind").asString()).isEqualTo("summary");
        assertThat(summary.path("pairs").asInt()).isEqualTo(4);
        assertThat(summary.path("learning_rate").asDouble()).isEqualTo(1e-6);
        assertThat(summary.path("checks")).hasSize(6).allSatisfy(check -> {
            assertThat(check.path("correlation").asDouble()).isGreaterThan(.9999);
            assertThat(check.path("relative_error").asDouble()).isLessThan(.01);
            assertThat(check.path("signs").asDouble()).isEqualTo(1);
        });
        assertThat(run.err()).contains("pairs.jsonl:3: left out").contains("5 rows: 4 encoded, 1 bad, 0 dropped");
    }

    @Test
    void tellsPeopleTheSummaryFirstAndNeverTheText() {
        CommandRun run = gradients("--limit", "4", "--top", "2");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("3 pairs, one step of AdamW from rest at learning rate 1.00e-04\n")
                .contains("batch of 3")
                .contains("alone, chosen")
                .contains("most likely displaced")
                .doesNotContain("sky");
        String ranking = run.out().substring(run.out().indexOf("  pair  "));
        assertThat(ranking.lines()).hasSize(3);
    }

    @Test
    void withoutACheckNoStepIsTaken() {
        List<JsonNode> lines = lines(gradients("--no-check", "--json"));
        assertThat(lines).hasSize(5).noneMatch(line -> line.has("actual"));
        assertThat(lines.getLast().path("checks")).isEmpty();
        assertThat(gradients("--no-check").out()).doesNotContain("correlation");
    }

    @Test
    void aFilterLeavesOutTheMostAlikePairsAsTheyWereRead() throws Exception {
        Path kept = folder.resolve("kept.jsonl");
        CommandRun run = gradients("--json", "--no-check", "--filter", kept.toString(), "--percentile", "75");

        List<JsonNode> pairs = lines(run).subList(0, 4);
        int worst = pairs.stream()
                .max((one, other) -> Double.compare(ches(one), ches(other)))
                .orElseThrow()
                .path("line")
                .asInt();
        List<String> all = Files.readAllLines(folder.resolve("pairs.jsonl"));
        List<String> expected = Stream.of(1, 2, 4, 5)
                .filter(line -> line != worst)
                .map(line -> all.get(line - 1))
                .toList();
        assertThat(Files.readAllLines(kept)).containsExactlyElementsOf(expected);
        assertThat(run.err()).contains("kept.jsonl: 3 of 4 pairs");
    }

    private static double ches(JsonNode pair) {
        return pair.path("ches").path("normalised").asDouble();
    }

    @Test
    void thePageHoldsEverythingAndShowsTokens() throws Exception {
        Path page = folder.resolve("page.html");
        CommandRun run = gradients("--output", page.toString(), "--top", "1", "--pair", "3");

        assertThat(run.code()).as(run.err()).isZero();
        String html = Files.readString(page);
        String json = html.substring(html.indexOf("id=\"data\">") + 10);
        JsonNode data = JsonMapper.shared().readTree(json.substring(0, json.indexOf("</script>")));
        assertThat(data.path("maps")).hasSize(3);
        assertThat(data.path("tokens").get(0).path("index").asInt()).isEqualTo(3);
        JsonNode chosen = data.path("tokens").get(0).path("chosen");
        JsonNode rejected = data.path("tokens").get(0).path("rejected");
        assertThat(chosen.valueStream().map(move -> move.path("place").asString()))
                .containsExactly("shared", "parting", "later");
        assertThat(rejected.valueStream().map(move -> move.path("place").asString()))
                .containsExactly("shared", "parting", "later", "later", "later", "later");
        assertThat(data.path("pieces").path(chosen.get(0).path("id").asString()).asString())
                .isEqualTo("sky");
        // A token's own push where the answers part is w⁺(1 − p) + w⁻ p, and the other's is met with −w⁻(1 − p) − w⁺ p.
        JsonNode parting = chosen.get(1);
        double likelihood = .01 / 3;
        double p = Math.exp(parting.path("p").asDouble());
        assertThat(parting.path("own").asDouble()).isCloseTo((.15 + likelihood) * (1 - p) + .15 * p, within(1e-6));
        assertThat(parting.path("other").get(0).get(1).asDouble()).isNegative();
        assertThat(html).doesNotContain("{{").contains("default-src 'none'");
    }

    @Test
    void aRecipeWithoutModelAndDataGivesMaps() throws Exception {
        CommandRun run = CommandRun.of(
                "gradients",
                folder.resolve("recipe.yaml").toString(),
                "--json",
                "--output",
                folder.resolve("maps.html").toString());

        List<JsonNode> maps = lines(run);
        assertThat(maps.stream().map(map -> map.path("name").asString()))
                .satisfiesExactly(
                        name -> assertThat(name).isEqualTo("all together"),
                        name -> assertThat(name).startsWith("{type: dpo, weight: 1, beta: 0.3"),
                        name -> assertThat(name).startsWith("{type: mle, weight: 0.01"));
        assertThat(maps.getLast().path("good").get(7).get(11).asDouble()).isCloseTo(.01, within(1e-9));
        assertThat(folder.resolve("maps.html")).exists();
    }

    @Test
    void refusesWhatMakesNoSenseBeforeAnyWork() {
        refuses("--percentile must be in (0, 100], got 0.0", "--percentile", "0");
        refuses("--top must be at least 0, got -1", "--top", "-1");
        refuses("nowhere/page.html must be in a folder that exists", "--output", "nowhere/page.html");
        refuses("--train.learning_rate must be a number in (0, 1], got 2", "--learning-rate", "2");
        refuses("--data.limit", "--limit", "0");
        refuses("Invalid value for option '--optimiser'", "--optimiser", "lion");
        assertThat(gradients("--method", "supervised", "--objective", "[{type: mle}]")
                        .err())
                .contains("method must be preference");
        assertThat(gradients("--objective", "[{type: orpo}]").err()).contains("objective must read answers only");
        assertThat(gradients("--pair", "2").err())
                .contains("the pair asked for must be the index of a row that was read and encoded, got 2");
        assertThat(gradients("--filter", folder.resolve("pairs.jsonl").toString())
                        .err())
                .contains("must not be one of the files that are read");
        assertThat(gradients("--filter", folder.resolve("kept.txt").toString()).err())
                .contains("kept.txt: must end in .jsonl or .jsonl.gz");
        assertThat(gradients("--train.max_tokens", "65").err())
                .contains("train.max_tokens must be at most the model's context of 64 tokens, got 65");
    }

    private void refuses(String problem, String... options) {
        CommandRun run = gradients(options);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(problem);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void namesOnlyWhatIsMissing() {
        CommandRun run = CommandRun.of(
                "gradients",
                folder.resolve("recipe.yaml").toString(),
                "--model",
                folder.resolve("model").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("data.train").doesNotContain("output");
    }
}
