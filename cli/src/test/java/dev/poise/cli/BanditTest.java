package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class BanditTest {

    @TempDir
    private Path folder;

    private static CommandRun bandit(String... more) {
        Stream<String> seeds = List.of(more).contains("--seeds") ? Stream.of() : Stream.of("--seeds", "2");
        Stream<String> small = Stream.concat(Stream.of("bandit", "--rounds", "2", "--states", "4"), seeds);
        return CommandRun.of(Stream.concat(small, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void sequencesAreRunOnTheDecoder() {
        CommandRun run = bandit("--sequence", "--method", "dpo", "--inner", "1", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode line = JsonMapper.shared().readTree(run.out());
        assertThat(line.path("reward").asDouble()).isBetween(0.01, 0.2);
        assertThat(line.path("reward_low").asDouble())
                .isLessThan(line.path("reward").asDouble());
        assertThat(line.path("queries").asInt()).isEqualTo(2 * 4 * 10);
        CommandRun refused = bandit("--sequence", "--tables");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("--sequence goes without --tables");
        assertThat(bandit("--sequence", "--reward", "C1", "--method", "dpo").err())
                .contains("C1 must have a hundred actions");
    }

    @Test
    void lengthsAsTextAndJson() {
        CommandRun run = CommandRun.of("bandit", "--length", "min,mode", "--seeds", "2", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(lines.stream().filter(line -> line.path("kind").stringValue().equals("length")))
                .hasSize(2 * 6);
        assertThat(lines.getFirst().path("cells").get(3).path("origin").stringValue())
                .isEqualTo("measured");
        assertThat(lines.stream().map(line -> line.path("origin").asString(""))).contains("measured", "claimed");
        CommandRun text = CommandRun.of("bandit", "--length", "skew", "--seeds", "2");
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("skew: mean length in tokens", "claimed   skew: offline dpo ends above on-policy");
        CommandRun refused = CommandRun.of("bandit", "--length", "max");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(CommandRun.of("bandit", "--length", "min", "--tables").err())
                .contains("--length goes without --tables and --output");
    }

    @Test
    void everyCombinationAsJsonTheSameEachTime() {
        String[] words = {
            "--reward",
            "R1,R2",
            "--method",
            "dpo:beta=0.3,rloo",
            "--source",
            "offline,online",
            "--inner",
            "1,2",
            "--json"
        };
        CommandRun run = bandit(words);
        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> lines = run.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(lines).hasSize(2 * 2 * 2 * 2);
        assertThat(lines.stream().map(line -> line.path("name").asString()))
                .doesNotHaveDuplicates()
                .startsWith("dpo:beta=0.3 R1 offline T=1", "dpo:beta=0.3 R1 offline T=2");
        JsonNode first = lines.getFirst();
        assertThat(first.path("problem").asString()).isEqualTo("R1");
        assertThat(first.path("source").asString()).isEqualTo("offline");
        assertThat(first.path("queries").valueStream().map(JsonNode::asInt)).containsExactly(40, 40, 40);
        JsonNode reward = first.path("figures").path("reward");
        assertThat(reward.path("mean")).hasSize(3);
        double mean = reward.path("mean").path(2).asDouble();
        double[] seeds = first.path("last_rewards")
                .valueStream()
                .mapToDouble(JsonNode::asDouble)
                .toArray();
        assertThat(mean).isCloseTo((seeds[0] + seeds[1]) / 2, within(1e-4));
        assertThat(reward.path("low").path(2).asDouble()).isLessThan(mean);
        assertThat(first.path("figures").path("loss").path("mean").path(0).isNull())
                .isTrue();
        assertThat(bandit(words).out()).isEqualTo(run.out());
    }

    @Test
    void aTableForPeopleAndAPageThatLoadsNothing() throws Exception {
        Path page = folder.resolve("page.html");
        CommandRun run = bandit("--method", "ppo,ipo", "--reward", "C3", "--output", page.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.out()).contains("95 % interval", "KL data").containsPattern("ppo +0\\.\\d{4}");
        assertThat(run.out()).doesNotContain("\u001b");
        String html = Files.readString(page);
        assertThat(html)
                .contains("default-src 'none'", "Where the probability goes", "\"frames\":[[")
                .doesNotContain("<script src", "<link", "{{");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--reward | R3 | reward must be one of R1, R2, R1-wide, R1-widest, C1, C2, C3, got R3",
                "--method | sft | method must be one of best-of-n, dpo, grpo, ipo, ppo, pref-ft, reinforce",
                "--method | dpo:tau=1 | options of dpo must be beta=VALUE, threshold=VALUE",
                "--inner | -3 | inner must be at least 1, got -3",
                "--samples | 0 | samples must be at least 1, got 0",
                "--learning-rate | 0 | learning-rate must be positive and finite, got 0.0",
                "--source | mixed | OFFLINE, ONLINE",
                "--reference | none | INITIAL, PREVIOUS",
                "--minibatch | -1 | minibatch must be at least 0, got -1",
                "--seeds | 1 | seeds must be at least 2",
                "--threads | 0 | --threads must be at least 1, got 0",
                "--output | no/such/folder/page.html | must be in a folder that exists",
                "--evaluate-every | 0 | evaluate-every must be at least 1, got 0"
            })
    void refusesWithWhatWouldBeLegal(String option, String value, String message) {
        CommandRun run = bandit(option, value);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).containsIgnoringCase(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void whatDivergesSaysWhere() {
        CommandRun run = bandit("--method", "rwr:beta=1e-5");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("loss must be finite");
    }

    @Test
    void theStudyNeedsAnIntervalToo() {
        CommandRun run = CommandRun.of("bandit", "--tables", "--seeds", "1");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--seeds must be at least 2");
    }
}
