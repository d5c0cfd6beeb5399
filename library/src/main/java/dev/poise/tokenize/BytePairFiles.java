package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `vocab.json` and `merges.txt`: byte-level pair encoding as directories spelled it before `tokenizer.json`, turned
/// into the words of that.
///
/// @param directory of both
record BytePairFiles(Path directory) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /// What GPT-2 ends a text with, special even where no file says so.
    private static final String END_OF_TEXT = "<|endoftext|>";

    TokenizerJson json() {
        Path file = directory.resolve("vocab.json");
        Path merges = directory.resolve("merges.txt");
        Optional<JsonNode> found = JsonFile.read(directory, "vocab.json");
        if (found.isEmpty() || !Files.isRegularFile(merges)) {
            throw new TokenizerException(
                    directory, "must hold tokenizer.json, tokenizer.model, or vocab.json and merges.txt");
        }
        Map<String, Integer> ids = ids(file, found.get());
        JsonNode settings = JsonFile.read(directory, "tokenizer_config.json").orElseGet(JSON::objectNode);
        ObjectNode tree = JSON.objectNode().put("version", "1.0");
        tree.putNull("truncation").putNull("padding");
        Map<Integer, AddedToken> tokens = addedTokens(ids);
        ArrayNode added = tree.putArray("added_tokens");
        tokens.values().forEach(token -> added.add(token.json()));
        rule(settings).describe(tree, settings.path("add_prefix_space").booleanValue(false));
        Optional<AddedToken> first = settings.path("add_bos_token").booleanValue(false)
                ? SpecialTokens.name(settings, "bos_token").flatMap(name -> added(tokens, name))
                : Optional.empty();
        tree.set("post_processor", new Opening(first).json());
        ObjectNode model = tree.putObject("model").put("type", "BPE");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.set("vocab", found.get());
        model.set("merges", merges(merges, ids));
        return new TokenizerJson(file, tree.toString(), tree);
    }

    private static Map<String, Integer> ids(Path file, JsonNode vocabulary) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        Map<Integer, String> entries = new HashMap<>();
        vocabulary.forEachEntry((entry, id) -> {
            if (!id.isInt() || id.intValue() < 0) {
                throw new TokenizerException(file, "\"" + entry + "\" must have an id, got " + id);
            }
            String other = entries.putIfAbsent(id.intValue(), entry);
            if (other != null) {
                throw new TokenizerException(
                        file, "ids must differ, got " + id + " for \"" + other + "\" and \"" + entry + "\"");
            }
            ids.put(entry, id.intValue());
        });
        return ids;
    }

    private Map<Integer, AddedToken> addedTokens(Map<String, Integer> ids) {
        Map<Integer, AddedToken> tokens = AddedToken.read(directory, List.of(), ids);
        Integer end = ids.get(END_OF_TEXT);
        if (tokens.isEmpty() && end != null) {
            tokens.put(end, AddedToken.plain(end, END_OF_TEXT, true));
        }
        return tokens;
    }

    private static Optional<AddedToken> added(Map<Integer, AddedToken> tokens, String name) {
        return tokens.values().stream()
                .filter(token -> token.content().equals(name))
                .findFirst();
    }

    private SplitRule rule(JsonNode settings) {
        String name = settings.path("tokenizer_class").stringValue("GPT2Tokenizer");
        return switch (name) {
            case "GPT2Tokenizer", "GPT2TokenizerFast", "CodeGenTokenizer", "PreTrainedTokenizerFast" -> SplitRule.GPT2;
            case "Qwen2Tokenizer", "Qwen2TokenizerFast" -> SplitRule.QWEN2;
            // A file may name any.
            default ->
                throw new TokenizerException(
                        directory.resolve("tokenizer_config.json"),
                        "tokenizer_class must be GPT2Tokenizer, CodeGenTokenizer or Qwen2Tokenizer beside vocab.json, got"
                                + " \"" + name + "\"; save the tokenizer as tokenizer.json with transformers");
        };
    }

    /// The merges, in their order, each of two entries whose union is one too.
    private static ArrayNode merges(Path file, Map<String, Integer> ids) {
        ArrayNode merges = JSON.arrayNode();
        List<String> lines = JsonFile.text(file).lines().toList();
        for (int line = 0; line < lines.size(); line++) {
            String merge = lines.get(line);
            // A merge may hold any printable character but a space, so the header is known by its whole word only.
            if (merge.isEmpty() || merge.startsWith("#version")) {
                continue;
            }
            int space = merge.indexOf(' ');
            if (space < 1 || space != merge.lastIndexOf(' ') || space == merge.length() - 1) {
                throw new TokenizerException(
                        file,
                        "line " + (line + 1) + " must hold two entries and a space between, got \"" + merge + "\"");
            }
            String left = merge.substring(0, space);
            String right = merge.substring(space + 1);
            for (String entry : List.of(left, right, left + right)) {
                if (!ids.containsKey(entry)) {
                    throw new TokenizerException(
                            file, "line " + (line + 1) + ": vocab.json must hold \"" + entry + "\"");
                }
            }
            merges.addArray().add(left).add(right);
        }
        return merges;
    }
}
