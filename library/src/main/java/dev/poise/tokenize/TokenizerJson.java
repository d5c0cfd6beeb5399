package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The text of a directory's `tokenizer.json`, which older directories spell as `vocab.json` and `merges.txt`.
///
/// @param file where it came from
/// @param text JSON in the format of Hugging Face's tokenizers library
/// @param tree the same, parsed
record TokenizerJson(Path file, String text, JsonNode tree) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    static TokenizerJson of(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new TokenizerException(directory, "must be a model directory");
        }
        Path file = directory.resolve("tokenizer.json");
        if (Files.isRegularFile(file)) {
            String text = JsonFile.text(file);
            return new TokenizerJson(file, text, JsonFile.parse(file, text));
        }
        Path merges = directory.resolve("merges.txt");
        Optional<JsonNode> vocabulary = JsonFile.read(directory, "vocab.json");
        if (vocabulary.isEmpty() || !Files.isRegularFile(merges)) {
            throw new TokenizerException(directory, "must hold tokenizer.json, or vocab.json and merges.txt");
        }
        ObjectNode tree = byteLevel(directory, vocabulary.get(), JsonFile.text(merges));
        return new TokenizerJson(directory.resolve("vocab.json"), tree.toString(), tree);
    }

    /// Byte-level pair encoding as GPT-2 does it, in the words of `tokenizer.json`.
    private static ObjectNode byteLevel(Path directory, JsonNode vocabulary, String merges) {
        JsonNode settings = JsonFile.read(directory, "tokenizer_config.json").orElseGet(JSON::objectNode);
        boolean prefixSpace = settings.path("add_prefix_space").booleanValue(false);
        ObjectNode tree = JSON.objectNode().put("version", "1.0");
        tree.putNull("truncation").putNull("padding").putNull("normalizer");
        tree.set("added_tokens", addedTokens(directory, settings, vocabulary));
        tree.set("pre_tokenizer", stage(prefixSpace, true));
        tree.set("post_processor", stage(true, false));
        tree.set("decoder", stage(true, true));
        ObjectNode model = tree.putObject("model").put("type", "BPE");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.set("vocab", vocabulary);
        ArrayNode pairs = model.putArray("merges");
        // A merge may hold any printable character but a space, so the header is known by its whole word only.
        merges.lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
                .forEach(pairs::add);
        return tree;
    }

    private static ObjectNode stage(boolean prefixSpace, boolean trimOffsets) {
        return JSON.objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", trimOffsets)
                .put("use_regex", true);
    }

    /// The special tokens that the settings name; GPT-2's only one where they name none.
    private static ArrayNode addedTokens(Path directory, JsonNode settings, JsonNode vocabulary) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode token : settings.path("added_tokens_decoder").values()) {
            names.add(token.path("content").stringValue(""));
        }
        JsonNode map = JsonFile.read(directory, "special_tokens_map.json").orElseGet(JSON::objectNode);
        for (String role : SpecialTokens.ROLES) {
            SpecialTokens.name(settings, role).ifPresent(names::add);
            SpecialTokens.name(map, role).ifPresent(names::add);
        }
        if (names.isEmpty()) {
            names.add("<|endoftext|>");
        }
        ArrayNode tokens = JSON.arrayNode();
        for (String name : names) {
            JsonNode id = vocabulary.path(name);
            if (id.isInt()) {
                tokens.addObject()
                        .put("id", id.intValue())
                        .put("content", name)
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", true);
            }
        }
        return tokens;
    }
}
