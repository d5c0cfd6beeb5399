package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.tokenize.TinyTokenizers;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectionTest {

    private static final Source SOURCE = new Source(Path.of("rows.jsonl"), 4);

    private final Tokenizer tokenizer;

    InspectionTest(@TempDir Path directory) throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        tokenizer = Tokenizer.read(directory);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void showsASingleSequence() {
        Inspection row = inspect(new Example.Completion(SOURCE, text("p"), text("\n"), null));
        assertThat(row.toJson())
                .isEqualTo("{\"index\":3,\"rendered\":\"p\\n\",\"tokens\":["
                        + "{\"id\":0,\"text\":\"<s>\",\"trained\":false},{\"id\":114,\"text\":\"p\",\"trained\":false},"
                        + "{\"id\":12,\"text\":\"\\n\",\"trained\":true},{\"id\":1,\"text\":\"</s>\",\"trained\":true}],"
                        + "\"truncated\":false}");
        assertThat(InspectionText.lines(row))
                .containsExactly("row 3 (rows.jsonl:4)", "  4 tokens, 2 trained", "  <s>|p|[\\n]|[</s>]");
    }

    @Test
    void showsBothSidesOfAPair() {
        Inspection row = inspect(new Example.Pair(SOURCE, text("p"), text("a"), text("p"), text("bcd")));
        assertThat(row.toJson())
                .isEqualTo(
                        "{\"index\":3,\"shared_prefix\":2,\"truncated\":true,\"chosen\":{\"rendered\":\"pa\",\"tokens\":["
                                + "{\"id\":0,\"text\":\"<s>\",\"trained\":false},{\"id\":114,\"text\":\"p\",\"trained\":false},"
                                + "{\"id\":99,\"text\":\"a\",\"trained\":true},{\"id\":1,\"text\":\"</s>\",\"trained\":true}]},"
                                + "\"rejected\":{\"rendered\":\"pbcd\",\"tokens\":["
                                + "{\"id\":0,\"text\":\"<s>\",\"trained\":false},{\"id\":114,\"text\":\"p\",\"trained\":false},"
                                + "{\"id\":100,\"text\":\"b\",\"trained\":true},{\"id\":101,\"text\":\"c\",\"trained\":true}]}}");
        assertThat(InspectionText.lines(row))
                .containsExactly(
                        "row 3 (rows.jsonl:4), shared prefix 2 tokens, cut to max_tokens",
                        "  chosen: 4 tokens, 2 trained",
                        "  <s>|p|[a]|[</s>]",
                        "  rejected: 4 tokens, 2 trained",
                        "  <s>|p|[b]|[c]");
    }

    @Test
    void showsAPromptAndTrainsNothingOfIt() {
        Inspection row = inspect(new Example.Prompt(SOURCE, text("p")));
        assertThat(InspectionText.lines(row)).contains("  2 tokens, 0 trained", "  <s>|p");
    }

    @Test
    void tellsWhyARowIsNotUsed() {
        BadRow bad = new BadRow(SOURCE, Flaw.WRONG_TYPE, "text must be a string, got 7", "{}");
        assertThat(inspect(bad).toJson()).isEqualTo("{\"index\":3,\"refused\":\"text must be a string, got 7\"}");
        assertThat(InspectionText.lines(inspect(new Example.Completion(SOURCE, text("pqrs"), text("a"), true))))
                .containsExactly("row 3 (rows.jsonl:4): not used, the prompt alone fills max_tokens");
    }

    @Test
    void spellsOutControlCharacters() {
        assertThat(InspectionText.visible("a\u001b[31m\t\r😀")).isEqualTo("a\\u001b[31m\\t\\r😀");
    }

    private Inspection inspect(Row row) {
        return Inspection.of(3, row, new Encoder(tokenizer, Optional.empty(), 4, TooLong.CUT), tokenizer);
    }

    private static Content text(String text) {
        return new Content.Text(text);
    }
}
