package dev.poise.tokenize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Small tokenizers written to disk: byte-level, with special tokens first, then the 256 bytes in the order of their
/// value, then one token a merge. A byte b has the id `specials + b`.
public final class TinyTokenizers {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TinyTokenizers() {}

    /// `vocab.json` and `merges.txt` with the special token `<|endoftext|>` = 0.
    public static Path vocabularyAndMerges(Path directory, List<String> merges) throws IOException {
        Files.writeString(
                directory.resolve("vocab.json"),
                vocabulary(List.of("<|endoftext|>"), merges).toString());
        Files.writeString(directory.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", merges) + "\n");
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\"}");
        return directory;
    }

    /// `tokenizer.json` with the specials `<s>` = 0 (put before every text), `</s>` = 1, and those given.
    public static Path withOpening(Path directory, List<String> merges, String... more) throws IOException {
        Files.writeString(
                directory.resolve("tokenizer.json"), tree(merges, List.of(more)).toString());
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}}");
        return directory;
    }

    public static ObjectNode tree(List<String> merges, List<String> more) {
        List<String> specials = new java.util.ArrayList<>(List.of("<s>", "</s>"));
        specials.addAll(more);
        ObjectNode tree = JSON.objectNode().put("version", "1.0");
        tree.putNull("truncation").putNull("padding").putNull("normalizer");
        ArrayNode added = tree.putArray("added_tokens");
        for (String special : specials) {
            added.addObject()
                    .put("id", specials.indexOf(special))
                    .put("content", special)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        tree.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode post = tree.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = post.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", "<s>").put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        post.putArray("pair").addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ObjectNode opening = post.putObject("special_tokens").putObject("<s>").put("id", "<s>");
        opening.putArray("ids").add(0);
        opening.putArray("tokens").add("<s>");
        tree.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = tree.putObject("model").put("type", "BPE");
        model.set("vocab", vocabulary(specials, merges));
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(pairs::add);
        return tree;
    }

    private static ObjectNode vocabulary(List<String> specials, List<String> merges) {
        ObjectNode vocabulary = JSON.objectNode();
        specials.forEach(special -> vocabulary.put(special, vocabulary.size()));
        for (int value = 0, next = 0x100; value < 0x100; value++) {
            boolean printable = (value >= 33 && value <= 126) || (value >= 161 && value != 173);
            vocabulary.put(String.valueOf((char) (printable ? value : next++)), vocabulary.size());
        }
        merges.forEach(merge -> vocabulary.put(merge.replace(" ", ""), vocabulary.size()));
        return vocabulary;
    }
}
