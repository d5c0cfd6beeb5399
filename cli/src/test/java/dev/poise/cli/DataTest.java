package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DataTest {

    @TempDir
    private Path folder;

    @Test
    void tellsWhatAFileHoldsAndWhatCannotBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("mixed.jsonl"), """
                {"conversations":[{"from":"system","value":"s"},{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"long"},"rejected":{"from":"gpt","value":"b"},"id":1}
                {"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"long"}}
                {"instruction":"q","output":"a"}
                {"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":" "},"rejected":{"from":"gpt","value":"b"}}
                """);
        CommandRun run = CommandRun.of("data", file.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        file.toString(),
                        "  shape sharegpt_preference (conversations or messages, chosen, rejected)",
                        "  not read: the columns id",
                        "  2 pairs",
                        "  2 bad rows",
                        "  2 conversations of up to 3 turns, 1 with a system turn, 0 with tools",
                        "  50.0 % of the pairs prefer the answer of more characters",
                        "  1 bad: does not fit the file's shape; first at " + file
                                + ":3: must fit the file's shape sharegpt_preference (conversations or messages, chosen,"
                                + " rejected), got the columns instruction, output, which look like alpaca",
                        "  1 bad: empty completion; first at " + file
                                + ":4: chosen must say something, got nothing but white space");
    }

    @Test
    void makesTheRankedPairsThatAreAskedFor() throws IOException {
        Path file = Files.writeString(folder.resolve("ranked.jsonl"), """
                {"prompt":"q","responses":["a","b","c"],"scores":[1,3,2]}
                {"prompt":"q","responses":["a","b"],"scores":[1,1]}
                """);
        assertThat(json("data", file.toString(), "--json").path("pairs").intValue())
                .isEqualTo(1);
        JsonNode all = json("data", file.toString(), "--ranking", "all", "--json");
        assertThat(all.path("pairs").intValue()).isEqualTo(3);
        assertThat(all.path("undecided").intValue()).isEqualTo(1);
        assertThat(all.path("shape").stringValue()).isEqualTo("ranked");
    }

    @Test
    void refusesAShapeThatIsNone() {
        CommandRun run = CommandRun.of("data", "x.jsonl", "--shape", "vicuna");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("must be one of prompt_per_side, ").contains("got vicuna");
    }

    private static JsonNode json(String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return JsonMapper.shared().readTree(run.out());
    }
}
