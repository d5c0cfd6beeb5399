package dev.poise.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.tokenize.RealData;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Every case renders, or fails, as in `transformers`; `make_templates.py` says how the cases were made.
final class TemplateGoldenTest {

    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 3, 9, 5, 2, 120_000);

    @Test
    void rendersAsTransformersDoes() throws IOException {
        List<JsonNode> lines;
        try (InputStream golden = Objects.requireNonNull(getClass().getResourceAsStream("/golden/templates.jsonl"))) {
            lines = lines(new InputStreamReader(golden, StandardCharsets.UTF_8));
        }
        JsonNode shared = lines.getFirst().path("shared");
        SoftAssertions all = new SoftAssertions();
        lines.stream().skip(1).forEach(golden -> {
            JsonNode variables = golden.path("variables");
            String what = golden.path("name").stringValue() + ": "
                    + golden.path("template").stringValue();
            all.assertThat(outcome(golden, variables.isMissingNode() ? shared : variables))
                    .as(what)
                    .isEqualTo(wanted(golden));
        });
        assertThat(lines).hasSizeGreaterThan(1500);
        all.assertAll();
    }

    @Test
    void rendersRealTemplatesToTheChar() throws IOException {
        Path file = RealData.path("goldens/chat-templates.jsonl");
        List<JsonNode> lines;
        try (Reader reader = Files.newBufferedReader(file)) {
            lines = lines(reader);
        }
        assertThat(lines).hasSize(20);
        for (JsonNode golden : lines) {
            String template = golden.path("chat_template").stringValue();
            Rendering rendering = Template.parse(template).render((ObjectNode) golden.path("data"), NOW);
            assertThat(rendering.text())
                    .as(golden.path("name").stringValue())
                    .isEqualTo(golden.path("target").stringValue());
        }
    }

    private static List<JsonNode> lines(Reader reader) {
        List<JsonNode> lines = new ArrayList<>();
        try (MappingIterator<JsonNode> rows =
                JsonMapper.shared().readerFor(JsonNode.class).readValues(reader)) {
            rows.forEachRemaining(lines::add);
        }
        return lines;
    }

    private static String wanted(JsonNode golden) {
        if (golden.has("text")) {
            return "text " + golden.path("text").stringValue() + golden.path("generations");
        }
        return golden.has("raised") ? "raised " + golden.path("raised").stringValue() : "fails";
    }

    private static String outcome(JsonNode golden, JsonNode variables) {
        try {
            Rendering rendering =
                    Template.parse(golden.path("template").stringValue()).render((ObjectNode) variables, NOW);
            String generations = golden.has("generations") ? generations(rendering) : "";
            return "text " + rendering.text() + generations;
        } catch (TemplateException e) {
            return e.kind() == TemplateException.Kind.RAISED ? "raised " + e.problem() : "fails";
        }
    }

    /// Spans in characters, as Python counts.
    private static String generations(Rendering rendering) {
        String text = rendering.text();
        return rendering.generations().stream()
                .map(span ->
                        "[" + text.codePointCount(0, span.start()) + "," + text.codePointCount(0, span.end()) + "]")
                .toList()
                .toString()
                .replace(" ", "");
    }
}
