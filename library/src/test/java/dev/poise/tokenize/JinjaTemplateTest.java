package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

final class JinjaTemplateTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 3, 9, 5);

    /// Turns as ChatML has them, and the header of an answer where one is asked for.
    private static final String TURNS = """
            {%- for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}
            {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""";

    private static final List<Message> TALK = List.of(
            new Message("user", "q"),
            new Message("assistant", "ab"),
            new Message("user", "r"),
            new Message("assistant", "cd"));

    @TempDir
    Path directory;

    @BeforeEach
    void tokenizer() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<|im_start|>", "<|im_end|>");
    }

    @Test
    void trainsTheTurnsOfTheAssistantAndTheTokenThatEndsThem() {
        MarkedText all = template(TURNS).conversation(TALK, 0);
        assertThat(all.text()).isEqualTo("""
                        <|im_start|>user
                        q<|im_end|>
                        <|im_start|>assistant
                        ab<|im_end|>
                        <|im_start|>user
                        r<|im_end|>
                        <|im_start|>assistant
                        cd<|im_end|>
                        """);
        assertThat(trained(all)).containsExactly("ab<|im_end|>", "cd<|im_end|>");
        assertThat(trained(template(TURNS).conversation(TALK, 3))).containsExactly("cd<|im_end|>");
        assertThat(all.endOfSequence()).isFalse();
    }

    @Test
    void agreesWithTheSameFormatByName() {
        assertThat(template(TURNS).conversation(TALK, 1))
                .isEqualTo(TurnFormat.chatMl().conversation(TALK, 1));
        assertThat(template(TURNS).prompt(TALK)).isEqualTo(TurnFormat.chatMl().prompt(TALK));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(template(TURNS).endOfTurn(tokenizer)).hasValue(3);
            assertThat(template(TURNS).warnings(tokenizer)).isEmpty();
            assertThat(template(TURNS.replace("<|im_end|>", "<end>")).warnings(tokenizer))
                    .singleElement()
                    .asString()
                    .contains("its end of turn <end> is not a token");
        }
    }

    @Test
    void trainsWhatTheTemplateMarks() {
        String marks = "{% for m in messages %}{% if m.role == 'assistant' %}A:{% generation %}{{ m.content }};"
                + "{% endgeneration %}{% else %}U:{{ m.content }};{% endif %}{% endfor %}";
        assertThat(trained(template(marks).conversation(TALK, 0))).containsExactly("ab;", "cd;");
        assertThat(trained(template(marks).conversation(TALK, 2))).containsExactly("cd;");
    }

    @Test
    void refusesToGuessWhichOfTheMarksAreThePrompts() {
        String lastOnly = "{% for m in messages %}{% if loop.last %}{% generation %}{{ m.content }}{% endgeneration %}"
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}";
        assertThat(trained(template(lastOnly).conversation(TALK, 0))).containsExactly("cd");
        assertThatThrownBy(() -> template(lastOnly).conversation(TALK, 3))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("marks 1 parts of 2 turns");
    }

    @Test
    void refusesMarksThatCannotBePlaced() {
        String inMacro = "{% macro m() %}{% generation %}a{% endgeneration %}{% endmacro %}x{{ m() }}";
        assertThatThrownBy(() -> template(inMacro).conversation(TALK, 0))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("within a macro");
    }

    @Test
    void refusesWhereThePromptIsNoPrefix() {
        String forgetful = "{% for m in messages %}{% if m.role != 'assistant' or loop.last %}{{ m.content }};"
                + "{% endif %}{% endfor %}";
        assertThat(trained(template(forgetful).conversation(TALK, 3))).containsExactly("cd;");
        assertThatThrownBy(() -> template(forgetful).conversation(TALK, 0))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageStartingWith("the template writes message 1 otherwise once more follows");
        String counting = "{{ messages|length }}{% for m in messages %}{{ m.content }}{% endfor %}";
        assertThatThrownBy(() -> template(counting).conversation(TALK, 3))
                .hasMessageStartingWith("the template writes the prompt of message 3 otherwise");
    }

    @Test
    void passesOnWhatTheTemplateRefuses() {
        String strict = "{{ raise_exception('roles must alternate') if messages[0].role != 'user' }}"
                + "{{ messages[0].content.nothing.at_all }}";
        assertThatThrownBy(() -> template(strict).prompt(List.of(new Message("system", "s"))))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessage("the chat template refuses: roles must alternate");
        assertThatThrownBy(() -> template(strict).prompt(TALK))
                .hasMessageStartingWith("the chat template fails at line 1: 'str' has no attribute 'nothing'");
    }

    @Test
    void givesTheTokenizersOwnTokensAndTheTime() throws IOException {
        settings("{{ bos_token }}{{ eos_token }}[{{ unk_token }}]{{ tools is none }}{{ strftime_now('%Y') }}");
        assertThat(chosen("model").prompt(TALK)).isEqualTo("<s></s>[]True2024");
    }

    @Test
    void tellsTheTemplateOfToolsAndWhatAMessageHoldsBesides() {
        JsonNode calls = JsonMapper.shared()
                .readTree(
                        "[{\"type\":\"function\",\"function\":{\"name\":\"clock\",\"arguments\":{\"zone\":\"UTC\"}}}]");
        List<Message> talk = List.of(
                new Message("user", "time?"),
                new Message("assistant", "", Map.of("tool_calls", calls)),
                new Message("tool", "12:00", Map.of("name", JsonNodeFactory.instance.stringNode("clock"))),
                new Message("assistant", "noon"));
        Map<String, JsonNode> given = Map.of(
                "tools", JsonMapper.shared().readTree("[{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}]"),
                "loud", JsonNodeFactory.instance.booleanNode(true));
        ChatTemplate template = template("{% if tools %}{{ tools[0].function.name }}|{% endif %}"
                + "{% for m in messages %}{{ m.role }}:{{ m.content }}"
                + "{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}"
                + "{{ m.name }}{{ '!' if loud }};{% endfor %}{{ 'assistant:' if add_generation_prompt }}");
        MarkedText text = template.conversation(talk, 1, given);
        assertThat(text.text())
                .isEqualTo("clock|user:time?!;assistant:{\"zone\": \"UTC\"}!;tool:12:00clock!;assistant:noon!;");
        assertThat(trained(text)).containsExactly("{\"zone\": \"UTC\"}!;", "noon!;");
        assertThat(template.prompt(talk.subList(0, 1), given)).isEqualTo("clock|user:time?!;assistant:");
    }

    @Test
    void findsTheTemplateWhereTransformersDoes() throws IOException {
        settings("config");
        assertThat(chosen("model").prompt(TALK)).isEqualTo("config");
        Files.writeString(directory.resolve("chat_template.jinja"), "file\n");
        assertThat(chosen("model").prompt(TALK)).isEqualTo("file");
        Path other = Files.writeString(directory.resolve("other.jinja"), "{{ bos_token }}other");
        assertThat(chosen(other.toString()).prompt(TALK)).isEqualTo("<s>other");
    }

    @Test
    void takesTheDefaultOfSeveral() throws IOException {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.putArray("chat_template").addObject().put("name", "rag").put("template", "rag");
        Files.writeString(directory.resolve("tokenizer_config.json"), settings.toString());
        assertThatThrownBy(() -> chosen("model"))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory + ": has no chat template called default; data.chat_template may be model:rag");
        settings.withArray("chat_template").addObject().put("name", "default").put("template", "plain");
        Files.writeString(directory.resolve("tokenizer_config.json"), settings.toString());
        assertThat(chosen("model").prompt(TALK)).isEqualTo("plain");
    }

    @Test
    void namedTemplatesLieInAFolderOfTheirOwn() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("additional_chat_templates"));
        Files.writeString(folder.resolve("rag.jinja"), "rag");
        Path tools = Files.writeString(folder.resolve("tool_use.jinja"), "use {{ tools[0].name }}");
        Files.writeString(folder.resolve("notes.txt"), "no template");
        settings("config");
        // Files come before the settings, even where they hold no default.
        assertThatThrownBy(() -> chosen("model"))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory
                        + ": has no chat template called default; data.chat_template may be model:rag, model:tool_use");
        Path plain = Files.writeString(directory.resolve("chat_template.jinja"), "plain");
        Map<String, JsonNode> given = Map.of("tools", JsonMapper.shared().readTree("[{\"name\":\"clock\"}]"));
        assertThat(chosen("model").prompt(TALK)).isEqualTo("plain");
        assertThat(chosen("model").prompt(TALK, given)).isEqualTo("use clock");
        assertThat(chosen("model").conversation(TALK.subList(0, 1), 1, given).text())
                .isEqualTo("use clock");
        assertThat(chosen("model:default").prompt(TALK, given)).isEqualTo("plain");
        assertThat(chosen("model:rag").prompt(TALK, given)).isEqualTo("rag");
        assertThat(chosen("model").wordings())
                .containsExactly(
                        new ChatTemplate.Wording("model:default", Optional.of(plain), "plain"),
                        new ChatTemplate.Wording("model:tool_use", Optional.of(tools), "use {{ tools[0].name }}"));
        assertThat(chosen("model:rag").wordings())
                .extracting(ChatTemplate.Wording::choice)
                .containsExactly("model:rag");
        assertThatThrownBy(() -> chosen("model:sql"))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory + ": has no chat template called sql; data.chat_template may be model:default,"
                        + " model:rag, model:tool_use");
    }

    @Test
    void saysThatAModelHasNoTemplateAtAll() {
        assertThatThrownBy(() -> chosen("model:rag"))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory + ": has no chat template called rag; data.chat_template must be a format by name"
                        + " or a file, for it has none at all");
    }

    @Test
    void saysWhichTemplateIsBrokenAndWhere() throws IOException {
        Path file = Files.writeString(directory.resolve("chat_template.jinja"), "a\n{% if %}");
        assertThatThrownBy(() -> chosen("model"))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(file + ": template line 2: expected an expression, got '%}'");
    }

    private ChatTemplate template(String text) {
        try {
            settings(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return chosen("model");
    }

    private void settings(String template) throws IOException {
        ObjectNode settings = JsonNodeFactory.instance.objectNode().put("bos_token", "<s>");
        settings.put("eos_token", "</s>").put("chat_template", template);
        Files.writeString(directory.resolve("tokenizer_config.json"), settings.toString());
    }

    private ChatTemplate chosen(String choice) {
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            return ChatTemplate.chosen(choice, directory, tokenizer, NOW).orElseThrow();
        }
    }

    private static List<String> trained(MarkedText text) {
        return text.trained().stream()
                .map(span -> text.text().substring(span.start(), span.end()))
                .toList();
    }
}
