package dev.poise.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Records as JSON files for people and programs: indented, keys in snake_case, written whole or not at all.
final class JsonFile {

    /// Keys that a later version adds do not keep an earlier one from reading the rest.
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JsonFile() {}

    static void write(Path file, Record content) throws IOException {
        AtomicWrite.file(file, JSON.writeValueAsBytes(content));
    }

    /// @throws IOException when the file is not such a record
    static <T extends Record> T read(Path file, Class<T> type) throws IOException {
        String expected = file + " must be a " + type.getSimpleName() + " in JSON";
        try {
            JsonNode content = JSON.readTree(Files.readAllBytes(file));
            if (!content.isObject()) {
                throw new IOException(expected + ", got no object");
            }
            return JSON.treeToValue(content, type);
        } catch (JacksonException e) {
            throw new IOException(expected + ": " + e.getOriginalMessage(), e);
        }
    }
}
