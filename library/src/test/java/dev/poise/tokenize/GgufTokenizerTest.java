package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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

    private JsonNode template() {
        return new GgufTokenizer(Path.of("tiny.gguf"), metadata).settings().path("chat_template");
    }
}
