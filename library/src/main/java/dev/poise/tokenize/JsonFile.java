package dev.poise.tokenize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// The JSON files of a model directory.
final class JsonFile {

    private static final ObjectReader READER = JsonMapper.shared().reader();

    private JsonFile() {}

    /// The object in `directory/name`, or nothing when there is no such file.
    static Optional<JsonNode> read(Path directory, String name) {
        Path file = directory.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.of(parse(file, text(file)));
    }

    /// The whole text of a file, which must be UTF-8.
    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new TokenizerException(file, "cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
        }
    }

    static JsonNode parse(Path file, String text) {
        try {
            JsonNode node = READER.readTree(text);
            if (!node.isObject()) {
                throw new TokenizerException(file, "must hold a JSON object");
            }
            return node;
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new TokenizerException(file, "broken JSON" + where + ": " + e.getOriginalMessage(), e);
        }
    }
}
