package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/// The text of a directory's `tokenizer.json`, which older directories spell as `vocab.json` and `merges.txt`.
///
/// @param file where it came from
/// @param text JSON in the format of Hugging Face's tokenizers library
/// @param tree the same, parsed
record TokenizerJson(Path file, String text, JsonNode tree) {

    static TokenizerJson of(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new TokenizerException(directory, "must be a model directory");
        }
        Path file = directory.resolve("tokenizer.json");
        if (Files.isRegularFile(file)) {
            String text = JsonFile.text(file);
            return new TokenizerJson(file, text, JsonFile.parse(file, text));
        }
        return new BytePairFiles(directory).json();
    }
}
