package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.experiment.TinyModel;
import dev.poise.run.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class AdviseTest {

    @TempDir
    private Path folder;

    private static JsonNode json(CommandRun run) {
        assertThat(run.code()).as(run.err()).isZero();
        return JsonMapper.shared().readTree(run.out());
    }

    private static String place(JsonNode advice) {
        return advice.path("standing").path("place").asString("open: " + advice.path("standing"));
    }

    private static double value(JsonNode advice, String key) {
        return advice.path("evidence")
                .valueStream()
                .filter(one -> one.path("key").asString().equals(key))
                .findFirst()
                .orElseThrow()
                .path("value")
                .asDouble();
    }

    /// A model that writes stories, and data made of what it writes.
    @Nested
    final class OfStories {

        private static final String SHORTEST = "length:characters:shortest";

        private final Path model = RealData.path("models/stories260K");

        private List<String> own(long seed) throws IOException {
            List<String> prompts = new ArrayList<>();
            for (String name : List.of("Tom", "Lily", "Ben", "Sue", "Max", "Amy", "Sam", "Mia")) {
                for (String begin : List.of(
                        "Once upon a time, %s",
                        "One day, %s",
                        "There was a boy. %s",
                        "%s had a",
                        "%s was very",
                        "It was hot. %s",
                        "%s and mom",
                        "%s saw a big",
                        "The dog and %s",
                        "%s liked to")) {
                    prompts.add(begin.formatted(name));
                }
            }
            Path file = folder.resolve("prompts.txt");
            Path pairs = folder.resolve("own-" + seed + ".jsonl");
            Files.write(file, prompts);
            CommandRun run = CommandRun.of(
                    "pairs",
                    "--model",
                    model.toString(),
                    "--prompts",
                    file.toString(),
                    "--samples",
                    "2",
                    "--reward",
                    SHORTEST,
                    "--max-new-tokens",
                    "20",
                    "--seed",
                    Long.toString(100 + seed),
                    "--output",
                    pairs.toString());
            assertThat(run.code()).as(run.err()).isZero();
            return Files.readAllLines(pairs);
        }

        private JsonNode advise(List<String> rows, long seed, String... more) throws IOException {
            Path file = folder.resolve("data.jsonl");
            Files.write(file, rows);
            Stream<String> given = Stream.of(
                    "advise",
                    file.toString(),
                    "--model",
                    model.toString(),
                    "--samples",
                    "12",
                    "--max-new-tokens",
                    "20",
                    "--seed",
                    Long.toString(seed),
                    "--json");
            return json(CommandRun.of(Stream.concat(given, Stream.of(more)).toArray(String[]::new)));
        }

        /// The same answers cut to a few words, as the paper's skewed lengths are.
        private static String skewed(String row) {
            ObjectNode pair = (ObjectNode) JsonMapper.shared().readTree(row);
            pair.put("chosen", words(pair.path("chosen").asString(), 1));
            pair.put("rejected", words(pair.path("rejected").asString(), 3));
            return pair.toString();
        }

        private static String words(String text, int count) {
            String[] words = text.strip().split("\\s+", count + 1);
            return " " + String.join(" ", List.of(words).subList(0, Math.min(count, words.length)));
        }

        /// A reward whose peak is the middle of the lengths that the model writes, and rows ordered by it.
        private static long middle(List<String> rows) {
            return rows.stream()
                    .map(row -> JsonMapper.shared().readTree(row))
                    .flatMap(row -> Stream.of(
                            row.path("chosen").asString(), row.path("rejected").asString()))
                    .mapToLong(String::length)
                    .sorted()
                    .skip(rows.size())
                    .findFirst()
                    .orElseThrow();
        }

        private static String ordered(String row, long middle) {
            ObjectNode pair = (ObjectNode) JsonMapper.shared().readTree(row);
            String one = pair.path("chosen").asString();
            String other = pair.path("rejected").asString();
            boolean keep = Math.abs(one.length() - middle) <= Math.abs(other.length() - middle);
            return pair.put("chosen", keep ? one : other)
                    .put("rejected", keep ? other : one)
                    .toString();
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3})
        void theThreeScenariosAreNamed(long seed) throws IOException {
            List<String> own = own(seed);
            long middle = middle(own);

            JsonNode broad = advise(own, seed, "--reward", SHORTEST);
            JsonNode skewed = advise(own.stream().map(OfStories::skewed).toList(), seed, "--reward", SHORTEST);
            JsonNode near = advise(
                    own.stream().map(row -> ordered(row, middle)).toList(),
                    seed,
                    "--reward",
                    "length:characters:closest=" + middle);

            assertThat(place(broad)).as(broad.path("evidence").toPrettyString()).isEqualTo("broad");
            assertThat(place(skewed))
                    .as(skewed.path("evidence").toPrettyString())
                    .isEqualTo("skewed");
            assertThat(place(near)).as(near.path("evidence").toPrettyString()).isEqualTo("near");
            assertThat(broad.path("advice").path("course").asString()).isEqualTo("on_policy");
            assertThat(near.path("advice").path("course").asString()).isEqualTo("best_of_n");
            assertThat(value(broad, "overlap_likelihood")).isGreaterThan(0.75);
            assertThat(value(skewed, "overlap_length")).isLessThan(0.3);
            assertThat(value(broad, "disagree")).isZero();
        }

        @Test
        void perturbationsMoveTheVerdict() throws IOException {
            List<String> own = own(4);
            long middle = middle(own);
            List<String> mixed = new ArrayList<>();
            List<String> flipped = new ArrayList<>();
            for (int i = 0; i < own.size(); i++) {
                mixed.add(i % 10 < 2 ? skewed(own.get(i)) : own.get(i));
                ObjectNode pair = (ObjectNode) JsonMapper.shared().readTree(own.get(i));
                String chosen = pair.path("chosen").asString();
                flipped.add(
                        i % 4 > 0
                                ? own.get(i)
                                : pair.put("chosen", pair.path("rejected").asString())
                                        .put("rejected", chosen)
                                        .toString());
            }

            assertThat(place(advise(mixed, 4, "--reward", SHORTEST))).isEqualTo("broad");
            assertThat(place(advise(own, 4, "--reward", "length:characters:closest=" + middle, "--high", "0")))
                    .as("only the very middle is good enough")
                    .isEqualTo("broad");
            assertThat(value(advise(flipped, 4, "--reward", SHORTEST), "disagree"))
                    .isBetween(0.2, 0.3);
            JsonNode labels = advise(own, 4);
            assertThat(labels.path("standing").path("decided").asBoolean()).isFalse();
            assertThat(labels.path("standing").path("among").toString()).isEqualTo("[\"broad\",\"near\"]");
            assertThat(place(advise(own.stream().map(OfStories::skewed).toList(), 4)))
                    .isEqualTo("skewed");
        }

        @Test
        void aSeedRepeatsEveryNumber() throws IOException {
            List<String> own = own(5).subList(0, 30);
            JsonNode once = advise(own, 5, "--reward", SHORTEST);
            assertThat(advise(own, 5, "--reward", SHORTEST)).isEqualTo(once);
            assertThat(value(advise(own, 6, "--reward", SHORTEST), "reward")).isNotEqualTo(value(once, "reward"));
        }

        @Test
        void tellsPeopleInThisForm() throws IOException {
            List<String> own = own(1);
            Path file = folder.resolve("data.jsonl");
            Files.write(file, own);
            CommandRun run = CommandRun.of(
                    "advise",
                    file.toString(),
                    "--model",
                    model.toString(),
                    "--samples",
                    "12",
                    "--max-new-tokens",
                    "20",
                    "--seed",
                    "1",
                    "--reward",
                    SHORTEST);
            assertThat(run.code()).as(run.err()).isZero();
            String form = run.out().replaceAll("[+-]?\\d[\\d,]*(\\.\\d+)?(e-?\\d+)?", "#");
            assertThat(form.replaceAll("\\s+", " "))
                    .startsWith("You are in scenario # of arXiv #: good answers are rare under this model, and the data"
                            + " look like what it writes itself. # % of # resamples of # prompts (seed #) agree.")
                    .contains(
                            " - # % (# to #) of its own answers are good ones, with a reward of at least #, half-way from"
                                    + " its mean to the best seen (# prompts, # answers each)")
                    .contains(
                            " - one own answer is worth # (# to #), the best of # # (# to #); the chosen ones bring # (# to #)"
                                    + " over one")
                    .contains(" - the data overlap with what it writes by at most # % (# to #), ")
                    .contains("first on-policy DPO, # answers a prompt, learning rate #")
                    .contains(
                            "collect - # own answers to every prompt (# for these #), the best against the worst: # (#"
                                    + " to #) reward")
                    .contains("mind - ");
            assertThat(run.out().lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
            // None of the data's text.
            assertThat(run.out()).doesNotContain("Lily").doesNotContain("Once upon");
        }

        @Test
        void trainingTakesTheRecipe() throws IOException {
            Path file = folder.resolve("data.jsonl");
            Files.write(file, own(2));
            for (String reward : List.of(SHORTEST, "")) {
                Path recipe = folder.resolve("recipe" + reward.length() + ".yaml");
                Path page = folder.resolve("page" + reward.length() + ".html");
                List<String> words = new ArrayList<>(List.of(
                        "advise",
                        file.toString(),
                        "--model",
                        model.toString(),
                        "--samples",
                        "4",
                        "--max-new-tokens",
                        "8",
                        "--recipe",
                        recipe.toString(),
                        "--output",
                        page.toString()));
                words.addAll(reward.isEmpty() ? List.of() : List.of("--reward", reward));
                CommandRun run = CommandRun.of(words.toArray(String[]::new));
                assertThat(run.code()).as(run.err()).isZero();
                Recipe bound = Recipe.read(recipe, List.of());
                assertThat(bound.method())
                        .isEqualTo(reward.isEmpty() ? Recipe.Method.PREFERENCE : Recipe.Method.ONLINE);
                assertThat(bound.data().train()).containsExactly(file);

                CommandRun trained = CommandRun.of(
                        "train",
                        recipe.toString(),
                        "--output",
                        folder.resolve("run" + reward.length()).toString(),
                        "--train.max_steps",
                        "2",
                        "--train.batch_pairs",
                        "4",
                        "--monitor.every",
                        "0");
                assertThat(trained.code()).as(trained.err()).isZero();

                String html = Files.readString(page);
                String data = html.substring(html.indexOf("id=\"data\">") + 10);
                JsonNode shown = JsonMapper.shared().readTree(data.substring(0, data.indexOf("</script>")));
                assertThat(shown.path("recipe").asString()).isEqualTo(Files.readString(recipe));
                assertThat(shown.path("steps")).isNotEmpty().allSatisfy(step -> {
                    JsonNode chosen = step.path("tokens").get(0);
                    JsonNode rejected = step.path("tokens").get(1);
                    for (String how : List.of("forward", "reverse")) {
                        double before =
                                chosen.path("p").asDouble() / rejected.path("p").asDouble();
                        double after =
                                chosen.path(how).asDouble() / rejected.path(how).asDouble();
                        assertThat(after).as(how).isGreaterThan(before);
                    }
                });
            }
        }
    }

    private CommandRun tiny(String rows, String... more) throws IOException {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            TinyModel.write(model, List.of("sun", "rain", "sky", "is", "."), 3);
        }
        Path file = folder.resolve("data.jsonl");
        Files.writeString(file, rows);
        List<String> words = new ArrayList<>(List.of("advise", file.toString(), "--model", model.toString()));
        for (List<String> usual : List.of(List.of("--samples", "4"), List.of("--max-new-tokens", "6"))) {
            words.addAll(List.of(more).contains(usual.getFirst()) ? List.of() : usual);
        }
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray(String[]::new));
    }

    @Test
    void onePairIsLookedAtAndDecidesNothing() throws IOException {
        JsonNode advice = json(tiny(
                "{\"prompt\": \"sky is\", \"chosen\": \" sun .\", \"rejected\": \" rain .\"}\n",
                "--json",
                "--reward",
                "lexical:sun"));
        assertThat(advice.path("standing").path("lacking").get(0).asString())
                .isEqualTo("at least 20 prompts that the model can be asked; there are 1");
        assertThat(value(advice, "disagree")).isZero();
        assertThat(value(advice, "chosen_longer")).isEqualTo(0.5);
    }

    @Test
    void worksWithWhatIsThere() throws IOException {
        String prompts = "{\"prompt\": \"sky is\"}\n{\"prompt\": \"sun is\"}\n";
        assertThat(tiny(prompts).code()).isEqualTo(2);
        assertThat(tiny(prompts).err()).contains("DATA must hold answers where there is no --reward");
        JsonNode rewarded = json(tiny(prompts, "--json", "--reward", "length:words:longest"));
        assertThat(rewarded.path("setting").path("prompts_asked").asInt()).isEqualTo(2);
        assertThat(rewarded.path("best_of")).hasSize(3);

        String completions = """
                {"prompt": "sky is", "completion": " sun ."}
                {"prompt": "rain is", "completion": " sky ."}
                """;
        JsonNode answers = json(tiny(completions, "--json"));
        assertThat(answers.path("setting").path("pairs").asInt()).isZero();
        assertThat(value(answers, "overlap_length")).isBetween(0.0, 1.0);
        assertThat(answers.path("advice").path("course").asString()).isEqualTo("supervised");
    }

    @Test
    void whatContradictsItselfIsCounted() throws IOException {
        String row = "{\"prompt\": \"sky is\", \"chosen\": \" sun .\", \"rejected\": \" rain .\"}\n";
        String back = "{\"prompt\": \"sky is\", \"chosen\": \"rain\", \"rejected\": \" Sun\"}\n";
        String same = "{\"prompt\": \"sun is\", \"chosen\": \" sky .\", \"rejected\": \" sky .\"}\n";
        String fine = "{\"prompt\": \"sun is\", \"chosen\": \" sky .\", \"rejected\": \" rain .\"}\n";
        JsonNode advice = json(tiny(row + back + same + fine, "--json", "--bad-rows", "quarantine"));
        assertThat(value(advice, "contradicted")).isEqualTo(2.0 / 3);
        assertThat(advice.path("setting").path("rows_read").asInt()).isEqualTo(4);
    }

    @Test
    void aRewardThatFailsIsToldByTheAnswer() throws IOException {
        CommandRun run = tiny(
                "{\"prompt\": \"sky is\", \"chosen\": \" sun .\", \"rejected\": \" rain .\"}\n",
                "--reward",
                "1e308*length:characters:longest",
                "--reward",
                "-1e308*length:characters:longest",
                "--recipe",
                folder.resolve("r.yaml").toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("the reward of the chosen answer at " + folder.resolve("data.jsonl")
                        + ":1 must be finite, got");
        assertThat(folder.resolve("r.yaml")).doesNotExist();
    }

    @Test
    void messagesNeedATemplate() throws IOException {
        CommandRun run = tiny("{\"prompt\": [{\"role\": \"user\", \"content\": \"sky\"}], \"chosen\": [{\"role\":"
                + " \"assistant\", \"content\": \"sun\"}], \"rejected\": [{\"role\": \"assistant\", \"content\":"
                + " \"rain\"}]}\n");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the row holds messages, and there is no chat template for them");
    }

    @Test
    void refusesWhatMakesNoSenseBeforeAnyWork() throws IOException {
        String row = "{\"prompt\": \"sky is\", \"chosen\": \" sun .\", \"rejected\": \" rain .\"}\n";
        Path there = Files.writeString(folder.resolve("there.yaml"), "precious");
        assertThat(tiny(row, "--samples", "1").err()).contains("--samples must be at least 2, got 1");
        assertThat(tiny(row, "--prompts", "0").err()).contains("--prompts must be at least 1, got 0");
        assertThat(tiny(row, "--high", "1").err()).contains("--high needs --reward");
        assertThat(tiny(row, "--max-new-tokens", "64").err())
                .contains("--max-new-tokens must be below the model's context of 64, got 64");
        assertThat(tiny(row, "--recipe", there.toString()).err()).contains("--recipe must not exist yet");
        assertThat(there).hasContent("precious");
        assertThat(tiny(row, "--output", "nowhere/page.html").err()).contains("must be in a folder that exists");
        assertThat(tiny(row, "--reward", "niceness").err()).contains("kind must be length, lexical");
        assertThat(tiny("{\"text\": \"sky\"}\n").err()).contains("must have a prompt");
    }
}
