package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The expected texts are what `transformers` 5.18 renders with the templates of these formats.
final class ChatTemplateTest {

    private static final List<Message> TALK = List.of(
            new Message("system", " Be brief. "),
            new Message("user", "Hi\n"),
            new Message("assistant", " Hello. "),
            new Message("user", "Bye"));

    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 3, 9, 5);

    @TempDir
    Path directory;

    @Test
    void rendersChatMl() {
        String text = """
                <|im_start|>system
                 Be brief. <|im_end|>
                <|im_start|>user
                Hi
                <|im_end|>
                <|im_start|>assistant
                 Hello. <|im_end|>
                <|im_start|>user
                Bye<|im_end|>
                """;
        assertThat(TurnFormat.chatMl().render(TALK, false).text()).isEqualTo(text);
        assertThat(TurnFormat.chatMl().render(TALK, true).text()).isEqualTo(text + "<|im_start|>assistant\n");
    }

    @Test
    void rendersLlama3() {
        String text = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>";
        TurnFormat llama3 = TurnFormat.llama3("<|begin_of_text|>");
        assertThat(llama3.render(TALK, false).text()).isEqualTo(text);
        assertThat(llama3.render(TALK, true).text())
                .isEqualTo(text + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void rendersZephyr() {
        String text =
                "<|system|>\n Be brief. </s>\n<|user|>\nHi\n</s>\n<|assistant|>\n Hello. </s>\n<|user|>\nBye</s>\n";
        assertThat(TurnFormat.zephyr("</s>").render(TALK, false).text()).isEqualTo(text);
        assertThat(TurnFormat.zephyr("</s>").render(TALK, true).text()).isEqualTo(text + "<|assistant|>\n");
    }

    @Test
    void marksTheAssistantsWordsAndItsEndOfTurn() {
        assertThat(assistant(TurnFormat.chatMl())).containsExactly("2: Hello. <|im_end|>");
        assertThat(assistant(TurnFormat.llama3("<s>"))).containsExactly("2:Hello.<|eot_id|>");
        assertThat(assistant(TurnFormat.zephyr("</s>"))).containsExactly("2: Hello. </s>");
    }

    @Test
    void trimsWhatPythonTrims() {
        List<Message> turn = List.of(new Message("assistant", "\u00a0\u2003\u0085\u001c x \u3000"));
        assertThat(TurnFormat.llama3("").render(turn, false).text())
                .isEqualTo("<|start_header_id|>assistant<|end_header_id|>\n\nx<|eot_id|>");
    }

    @Test
    void refusesAnUnknownRoleByName() {
        List<Message> turn = List.of(new Message("judge", "42"));
        assertThatThrownBy(() -> TurnFormat.chatMl().render(turn, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("role must be one of system, user, assistant, tool, got \"judge\"");
    }

    @Test
    void formatsThatAreWrittenOutHaveNoWordsForTools() {
        JsonNode something = JsonMapper.shared().readTree("[{\"name\":\"clock\"}]");
        for (Message turn : List.of(
                new Message("tool", "42"),
                new Message("assistant", "", Map.of("tool_calls", something)),
                new Message("assistant", "x", Map.of("reasoning_content", something)))) {
            assertThatThrownBy(() -> TurnFormat.chatMl().conversation(List.of(turn), 0))
                    .isInstanceOf(ChatTemplateException.class)
                    .hasMessageStartingWith("the chat template chatml has no words for ")
                    .hasMessageEndingWith("a template of the model's own may (data.chat_template: model, or a file)");
        }
        assertThatThrownBy(() -> TurnFormat.chatMl().prompt(TALK, Map.of("tools", something)))
                .isInstanceOf(ChatTemplateException.class);
        assertThat(TurnFormat.chatMl().prompt(TALK, Map.of("enable_thinking", something)))
                .isEqualTo(TurnFormat.chatMl().prompt(TALK));
    }

    @Test
    void isChosenByNameInTheTokenizersSpelling() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<|im_end|>");
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(ChatTemplate.chosen("chatml", directory, tokenizer, NOW)).contains(TurnFormat.chatMl());
            assertThat(ChatTemplate.chosen("llama3", directory, tokenizer, NOW)).contains(TurnFormat.llama3("<s>"));
            assertThat(ChatTemplate.chosen("zephyr", directory, tokenizer, NOW)).contains(TurnFormat.zephyr("</s>"));
            assertThat(ChatTemplate.chosen("none", directory, tokenizer, NOW)).isEmpty();
            assertThat(ChatTemplate.chosen("model", directory, tokenizer, NOW)).isEmpty();
            assertThatThrownBy(() -> ChatTemplate.chosen("alpaca", directory, tokenizer, NOW))
                    .hasMessage("data.chat_template must be one of model, model:NAME, chatml, llama3, zephyr, none or a"
                            + " file, got alpaca");
            assertThat(TurnFormat.chatMl().warnings(tokenizer)).isEmpty();
            assertThat(TurnFormat.llama3("<s>").warnings(tokenizer)).hasSize(1);
        }
    }

    @Test
    void tellsItsPartsApart() {
        assertThat(TurnFormat.zephyr("</s>").wordings())
                .containsExactly(new ChatTemplate.Wording("zephyr", Optional.empty(), "\n<|\n|>\n\nfalse\n</s>\n\n"));
        assertThat(TurnFormat.llama3("<s>").wordings())
                .isNotEqualTo(TurnFormat.llama3("<t>").wordings());
        assertThat(ChatTemplate.isLegal("model:rag")).isTrue();
        assertThat(ChatTemplate.isLegal("model:")).isFalse();
        assertThat(ChatTemplate.isLegal("rag")).isFalse();
    }

    private static List<String> assistant(TurnFormat template) {
        TurnFormat.Rendered rendered = template.render(TALK, true);
        return rendered.assistantTurns().stream()
                .map(turn -> turn.message()
                        + ":"
                        + rendered.text()
                                .substring(turn.span().start(), turn.span().end()))
                .toList();
    }
}
