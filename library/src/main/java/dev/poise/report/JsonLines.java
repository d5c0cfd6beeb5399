package dev.poise.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads JSON files that a run may still be writing.
final class JsonLines {

    /// `NaN` is what a run that fails logs, and the reason why somebody opens the report.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /// A file is not called broken line by line.
    private static final int NAMED_LINES = 3;

    private JsonLines() {}

    /// Hands over every line's object; lines that are none are left out and named in `problems`.
    static void read(Path file, List<String> problems, Consumer<ObjectNode> each) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<Long> broken = new ArrayList<>();
        long line = 0;
        // A reader made this way replaces what is not UTF-8 and goes on.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                line++;
                if (!text.isBlank()) {
                    Optional<ObjectNode> node = object(text);
                    node.ifPresent(each);
                    if (node.isEmpty()) {
                        broken.add(line);
                    }
                }
            }
        }
        name(file.getFileName().toString(), line, broken, problems);
    }

    /// The one object of a file; empty where the file is missing, or is none and then named in `problems`.
    static Optional<ObjectNode> readOne(Path file, List<String> problems) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Optional<ObjectNode> node = object(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        if (node.isEmpty()) {
            problems.add(file.getFileName() + " must be a JSON object, got something else; it is left out");
        }
        return node;
    }

    static Optional<ObjectNode> object(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            return node instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static void name(String file, long lines, List<Long> broken, List<String> problems) {
        for (long line : broken.subList(0, Math.min(NAMED_LINES, broken.size()))) {
            problems.add(file + ":" + line
                    + (line == lines ? " is cut off" : " must be a JSON object, got something else")
                    + "; it is left out");
        }
        if (broken.size() > NAMED_LINES) {
            problems.add(file + " has " + (broken.size() - NAMED_LINES) + " more such lines");
        }
    }
}
