package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

final class GgufTokenizerTest {

    private final ObjectNode metadata = JsonNodeFactory.instance.objectNode();

    @Test
    void aModelWithoutATemplateNamesNone() {
        assertThat(template().isMissingNode()).isTrue();
    }

    @Test
    void oneTemplateIsAText() {
        metadata.put("tokenizer.chat_template", "plain");
        assertThat(template().stringValue()).isEqualTo("plain");
    }

    /// The keys of GGUF's specification: a list of names, and a key a name.
    @Test
    void namedTemplatesStandBesideTheDefault() {
        metadata.put("tokenizer.chat_template", "plain").put("tokenizer.chat_template.tool_use", "tools");
        metadata.putArray("tokenizer.chat_templates").add("tool_use").add("lost");
        assertThat(template())
                .hasToString("[{\"name\":\"default\",\"template\":\"plain\"},"
                        + "{\"name\":\"tool_use\",\"template\":\"tools\"}]");
    }

    /// What is written out is read back.
    @Test
    void namedTemplatesAreWrittenUnderTheSameKeys(@TempDir Path directory) throws IOException {
        Path source = Path.of("src/test/resources/models/tiny-llama-chat");
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            if (Files.exists(source.resolve(name))) {
                Files.copy(source.resolve(name), directory.resolve(name));
            }
        }
        Files.writeString(directory.resolve("chat_template.jinja"), "plain");
        Files.writeString(
                Files.createDirectory(directory.resolve("additional_chat_templates"))
                        .resolve("tool_use.jinja"),
                "tools");
        metadata.setAll(GgufVocabulary.metadata(
                directory, new Vocabulary(TokenizerJson.of(directory).tree()).size(), note -> {}));
        assertThat(template())
                .hasToString("[{\"name\":\"default\",\"template\":\"plain\"},"
                        + "{\"name\":\"tool_use\",\"template\":\"tools\"}]");
    }

    private JsonNode template() {
        return new GgufTokenizer(Path.of("tiny.gguf"), metadata).settings().path("chat_template");
    }
}
