package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.TinyTokenizers;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.tokenize.TurnFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncoderTest {

    private static final Source SOURCE = new Source(Path.of("pairs.jsonl"), 7);

    @TempDir
    Path folder;

    /// Bytes are ids from 4; `<s>` is 0 and put before every text, `</s>` 1, `<|im_start|>` 2, `<|im_end|>` 3.
    private Tokenizer tokenizer;

    EncoderTest(@TempDir Path directory) throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<|im_start|>", "<|im_end|>");
        tokenizer = Tokenizer.read(directory);
    }

    @BeforeEach
    void tokenizerStartsTexts() {
        assertThat(tokenizer.encode("a", true)).containsExactly(0, 4 + 'a');
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void trainsTheAnswersOfAPair() {
        Encoding.Kept kept = (Encoding.Kept) encoder(20, TooLong.CUT).encode(pair("pq", "a", "bc"));
        Encoded.Pair pair = (Encoded.Pair) kept.row();
        assertSequence(pair.chosen(), "..." + "TT", 0, 4 + 'p', 4 + 'q', 4 + 'a', 1);
        assertSequence(pair.rejected(), "..." + "TTT", 0, 4 + 'p', 4 + 'q', 4 + 'b', 4 + 'c', 1);
        assertThat(pair.source()).isEqualTo(SOURCE);
        assertThat(pair.sharedPrefix()).isEqualTo(3);
        assertThat(kept.cut()).isFalse();
    }

    @Test
    void keepsThePromptOfEachSide() {
        Example example = new Example.Pair(SOURCE, text("p"), text("a"), text("qr"), text("a"));
        Encoded.Pair pair =
                (Encoded.Pair) ((Encoding.Kept) encoder(20, TooLong.CUT).encode(example)).row();
        assertSequence(pair.chosen(), "..TT", 0, 4 + 'p', 4 + 'a', 1);
        assertSequence(pair.rejected(), "...TT", 0, 4 + 'q', 4 + 'r', 4 + 'a', 1);
    }

    @Test
    void trainsAllOfAPlainTextButTheOpening() {
        Encoding.Kept kept = (Encoding.Kept) encoder(9, TooLong.CUT).encode(new Example.Plain(SOURCE, text("ab")));
        assertSequence(((Encoded.Single) kept.row()).sequence(), ".TTT", 0, 4 + 'a', 4 + 'b', 1);
    }

    @Test
    void trainsOnlyTheAssistantsLastTurnsOfACompletion() {
        Content prompt = talk("user", "q", "assistant", "x", "user", "r");
        Content answer = talk("assistant", "ab");
        Encoding.Kept kept = (Encoding.Kept) chatEncoder().encode(new Example.Completion(SOURCE, prompt, answer, true));
        Encoded.Single row = (Encoded.Single) kept.row();
        assertThat(row.desirable()).isTrue();
        assertThat(trained(row.sequence())).isEqualTo("ab<|im_end|>");
        assertThat(count(row.sequence(), 0)).isOne();
        assertThat(count(row.sequence(), 1)).isZero();
    }

    @Test
    void trainsEveryTurnOfTheAssistantInAPlainConversation() {
        Content text = talk("user", "q", "assistant", "x", "user", "r", "assistant", "y");
        Encoding.Kept kept = (Encoding.Kept) chatEncoder().encode(new Example.Plain(SOURCE, text));
        assertThat(trained(((Encoded.Single) kept.row()).sequence())).isEqualTo("x<|im_end|>y<|im_end|>");
    }

    @Test
    void needsATemplateForMessages() {
        Example row = new Example.Plain(SOURCE, talk("assistant", "x"));
        assertThatThrownBy(() -> encoder(9, TooLong.CUT).encode(row))
                .isInstanceOf(DataException.class)
                .hasMessage("pairs.jsonl:7: the row holds messages, and there is no chat template for them:"
                        + " data.chat_template must be one of model, model:NAME, chatml, llama3, zephyr or a file, where model is the"
                        + " model directory's own");
    }

    @Test
    void endsAPromptToSampleFromWithTheAssistantsHeader() {
        assertThat(encoder(9, TooLong.CUT).encodePrompt(SOURCE, text("p"))).containsExactly(0, 4 + 'p');
        int[] ids = chatEncoder().encodePrompt(SOURCE, talk("user", "q"));
        assertThat(tokenizer.decode(ids, false)).isEqualTo("<s><|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void trap05_cutsTheEndAndForcesNoEndOfSequence() {
        Encoding.Kept kept = (Encoding.Kept) encoder(4, TooLong.CUT).encode(pair("p", "ab", "c"));
        Encoded.Pair pair = (Encoded.Pair) kept.row();
        assertSequence(pair.chosen(), "..TT", 0, 4 + 'p', 4 + 'a', 4 + 'b');
        assertSequence(pair.rejected(), "..TT", 0, 4 + 'p', 4 + 'c', 1);
        assertThat(kept.cut()).isTrue();
    }

    @Test
    void trap08_aPromptThatFillsTheLimitIsDroppedNotTrainedOnNothing() {
        Encoding encoding = encoder(4, TooLong.CUT).encode(pair("pqr", "a", "b"));
        assertThat(encoding).isEqualTo(new Encoding.Dropped(SOURCE, Drop.PROMPT_TOO_LONG));
    }

    @Test
    void trap22_sidesThatOnlyDifferBehindTheCutAreDropped() {
        Encoding encoding = encoder(4, TooLong.CUT).encode(pair("p", "abc", "abd"));
        assertThat(encoding).isEqualTo(new Encoding.Dropped(SOURCE, Drop.SAME_TOKENS));
    }

    @Test
    void trap23_aRowWithoutTrainedTokenIsDropped() {
        Example prompt = new Example.Prompt(SOURCE, text("p"));
        Example spoken = new Example.Plain(SOURCE, talk("user", "q"));
        assertThat(encoder(9, TooLong.CUT).encode(prompt))
                .isEqualTo(new Encoding.Dropped(SOURCE, Drop.NOTHING_TRAINED));
        assertThat(chatEncoder().encode(spoken)).isEqualTo(new Encoding.Dropped(SOURCE, Drop.NOTHING_TRAINED));
    }

    @Test
    void dropsOrStopsAtLongRowsOnRequest() {
        assertThat(encoder(4, TooLong.DROP).encode(pair("p", "a", "bcd")))
                .isEqualTo(new Encoding.Dropped(SOURCE, Drop.TOO_LONG));
        assertThat(encoder(4, TooLong.DROP).encode(pair("p", "a", "b"))).isInstanceOf(Encoding.Kept.class);
        assertThatThrownBy(() -> encoder(4, TooLong.STOP).encode(pair("p", "a", "bcd")))
                .isInstanceOf(DataException.class)
                .hasMessage("pairs.jsonl:7: a sequence must hold at most 4 tokens, got 6");
    }

    @Test
    void countsEveryRowOnce() {
        Path file = Rows.write(
                folder.resolve("rows.jsonl"),
                "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}",
                "{\"prompt\":\"p\",\"chosen\":\"\",\"rejected\":\"b\"}",
                "broken",
                "{\"prompt\":\"pqrst\",\"chosen\":\"a\",\"rejected\":\"b\"}",
                "{\"prompt\":\"p\",\"chosen\":\"abcd\",\"rejected\":\"b\"}",
                "{\"prompt\":\"p\",\"chosen\":\"abcdx\",\"rejected\":\"abcdy\"}",
                "{\"prompt\":\"p\",\"chosen\":\"\",\"rejected\":\"c\"}");
        List<Encoded> rows = new ArrayList<>();
        Path quarantine = folder.resolve("run/quarantine.jsonl");
        EncodingCounts counts;
        try (ExampleReader reader = ExampleReader.open(file);
                BadRows badRows = BadRows.quarantine(quarantine)) {
            counts = encoder(5, TooLong.CUT).encodeAll(reader, badRows, rows::add);
        }
        assertThat(counts.rows()).isEqualTo(7);
        assertThat(counts.encoded()).isEqualTo(2).isEqualTo(rows.size());
        assertThat(counts.bad()).isEqualTo(Map.of(Flaw.EMPTY_COMPLETION, 2L, Flaw.BROKEN_JSON, 1L));
        assertThat(counts.dropped()).isEqualTo(Map.of(Drop.PROMPT_TOO_LONG, 1L, Drop.SAME_TOKENS, 1L));
        assertThat(counts.cut()).isOne();
        assertThat(counts.tokens()).isEqualTo(4 + 4 + 5 + 4);
        assertThat(counts.trainedTokens()).isEqualTo(2 + 2 + 3 + 2);
        assertThat(counts.lines())
                .containsExactly(
                        "7 rows: 2 encoded, 3 bad, 2 dropped",
                        "1 bad: broken JSON",
                        "2 bad: empty completion",
                        "1 dropped: the prompt alone fills max_tokens",
                        "1 dropped: chosen and rejected are the same tokens",
                        "1 cut to max_tokens",
                        "17 tokens, 9 of them trained");
        assertThat(quarantine).content().hasLineCount(3).contains("\"line\":2,", "\"line\":3,", "\"line\":7,");
    }

    @Test
    void aRowThatTheChatTemplateRefusesIsABadRow() throws IOException {
        Path template = Files.writeString(
                folder.resolve("template.jinja"),
                "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
                        + "{{ raise_exception('turns must alternate') }}{% endif %}{{ m.content }};{% endfor %}");
        Encoder encoder = new Encoder(
                tokenizer,
                ChatTemplate.chosen(template.toString(), folder, tokenizer, LocalDateTime.of(2024, 7, 3, 9, 5)),
                200,
                TooLong.STOP);
        Path file = Rows.write(
                folder.resolve("rows.jsonl"),
                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}",
                "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"assistant\",\"content\":\"a\"}]}");
        List<Encoded> rows = new ArrayList<>();
        Path quarantine = folder.resolve("quarantine.jsonl");
        EncodingCounts counts;
        try (ExampleReader reader = ExampleReader.open(file);
                BadRows badRows = BadRows.quarantine(quarantine)) {
            counts = encoder.encodeAll(reader, badRows, rows::add);
        }
        assertThat(rows).singleElement().satisfies(row -> assertThat(trained(((Encoded.Single) row).sequence()))
                .isEqualTo("a;"));
        assertThat(counts.bad()).isEqualTo(Map.of(Flaw.CHAT_TEMPLATE, 1L));
        assertThat(quarantine)
                .content()
                .hasLineCount(1)
                .contains("\"line\":2,\"reason\":\"the chat template refuses: turns must alternate\"");
        assertThat(counts.lines())
                .startsWith("2 rows: 1 encoded, 1 bad, 0 dropped", "1 bad: not taken by the chat template");
    }

    /// For whoever lets a model complete them: one token at least must be left for that.
    @Test
    void promptsAloneAreKeptOnRequestWhereTheyLeaveRoom() {
        Source source = new Source(folder.resolve("rows.jsonl"), 1);
        Example row = new Example.Prompt(source, new Content.Text("ab"));
        int length = encoder(9, TooLong.CUT).encodePrompt(source, new Content.Text("ab")).length;
        assertThat(encoder(9, TooLong.CUT).encode(row)).isInstanceOf(Encoding.Dropped.class);
        Encoding.Kept kept = (Encoding.Kept) keeping(length + 1, TooLong.CUT).encode(row);
        Encoded.Single single = (Encoded.Single) kept.row();
        assertThat(single.sequence().length()).isEqualTo(length);
        assertThat(single.sequence().trainedTokens()).isZero();
        assertThat(keeping(length, TooLong.CUT).encode(row))
                .isEqualTo(new Encoding.Dropped(source, Drop.PROMPT_TOO_LONG));
        assertThatThrownBy(() -> keeping(length, TooLong.STOP).encode(row))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a prompt must hold fewer than " + length + " tokens");
    }

    private Encoder keeping(int maxTokens, TooLong tooLong) {
        return new Encoder(tokenizer, Optional.empty(), maxTokens, tooLong, true);
    }

    @Test
    void refusesCountsThatDoNotAddUp() {
        assertThatThrownBy(() -> new EncodingCounts(3, 1, Map.of(), Map.of(Drop.TOO_LONG, 1L), 0, 0, 0, 0))
                .hasMessage("every row must be counted once, got 3 rows and 2 encoded, bad or dropped");
    }

    @Test
    void stopsAtTheFirstBadRowOnRequest() {
        Path file = Rows.write(folder.resolve("rows.jsonl"), "{\"text\":\"a\"}", "{\"text\":7}", "{\"text\":8}");
        try (ExampleReader reader = ExampleReader.open(file);
                BadRows badRows = BadRows.stop()) {
            assertThatThrownBy(() -> encoder(5, TooLong.CUT).encodeAll(reader, badRows, row -> {}))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ":2: text must be a string, got a number");
        }
    }

    private Encoder encoder(int maxTokens, TooLong tooLong) {
        return new Encoder(tokenizer, Optional.empty(), maxTokens, tooLong);
    }

    private Encoder chatEncoder() {
        return new Encoder(tokenizer, Optional.of(TurnFormat.chatMl()), 200, TooLong.STOP);
    }

    private static Example pair(String prompt, String chosen, String rejected) {
        return new Example.Pair(SOURCE, text(prompt), text(chosen), text(prompt), text(rejected));
    }

    private static Content text(String text) {
        return new Content.Text(text);
    }

    private static Content talk(String... rolesAndWords) {
        List<Message> messages = new ArrayList<>();
        for (int index = 0; index < rolesAndWords.length; index += 2) {
            messages.add(new Message(rolesAndWords[index], rolesAndWords[index + 1]));
        }
        return new Content.Conversation(messages);
    }

    private static void assertSequence(TokenSequence sequence, String mask, int... ids) {
        assertThat(sequence.ids()).containsExactly(ids);
        StringBuilder shown = new StringBuilder();
        for (boolean trained : sequence.trained()) {
            shown.append(trained ? 'T' : '.');
        }
        assertThat(shown.toString()).isEqualTo(mask);
    }

    private String trained(TokenSequence sequence) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < sequence.length(); index++) {
            text.append(sequence.trained()[index] ? tokenizer.piece(sequence.ids()[index]) : "");
        }
        return text.toString();
    }

    private static long count(TokenSequence sequence, int id) {
        return Arrays.stream(sequence.ids()).filter(token -> token == id).count();
    }
}
