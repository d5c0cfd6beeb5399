package dev.poise.tokenize;

import dev.poise.bytepair.PairEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A tokenizer that was just learnt, as files: `tokenizer.json` and `tokenizer_config.json`, which `transformers` reads
/// as well. Special tokens have the first ids, in the order bos, eos, pad, others.
///
/// @param encoding its vocabulary and merges
/// @param special its special tokens
public record FreshTokenizer(PairEncoding encoding, Special special) {

    public FreshTokenizer {
        for (String name : special.all()) {
            if (encoding.entries().contains(name)) {
                throw new IllegalArgumentException(
                        "a special token must not be a stretch of text that is a token by itself, got " + name);
            }
        }
    }

    /// Special tokens and their roles.
    ///
    /// @param bos put before every text, where there is one
    /// @param eos ends a sequence
    /// @param pad pads one
    /// @param others further ones, such as those of a chat template
    public record Special(Optional<String> bos, Optional<String> eos, Optional<String> pad, List<String> others) {
        public Special {
            others = List.copyOf(others);
            if (Stream.of(bos.stream(), eos.stream(), pad.stream(), others.stream())
                    .flatMap(names -> names)
                    .anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("a special token must not be blank");
            }
        }

        /// All of them, each once, in the order of their ids.
        public List<String> all() {
            Set<String> all = new LinkedHashSet<>();
            bos.ifPresent(all::add);
            eos.ifPresent(all::add);
            pad.ifPresent(all::add);
            all.addAll(others);
            return List.copyOf(all);
        }
    }

    /// Writes both files into an existing directory.
    public void write(Path directory) throws IOException {
        write(directory.resolve("tokenizer.json"), json());
        write(directory.resolve("tokenizer_config.json"), settings());
    }

    private static void write(Path file, ObjectNode content) throws IOException {
        Files.writeString(
                file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    private ObjectNode settings() {
        ObjectNode settings = JsonMapper.shared().createObjectNode();
        settings.put("tokenizer_class", "PreTrainedTokenizerFast");
        special.bos.ifPresent(name -> settings.put("bos_token", name));
        special.eos.ifPresent(name -> settings.put("eos_token", name));
        special.pad.ifPresent(name -> settings.put("pad_token", name));
        return settings.put("clean_up_tokenization_spaces", false);
    }

    private ObjectNode json() {
        ObjectNode tree = JsonMapper.shared().createObjectNode().put("version", "1.0");
        tree.putNull("truncation").putNull("padding");
        ArrayNode added = tree.putArray("added_tokens");
        ObjectNode entries = JsonMapper.shared().createObjectNode();
        for (String name : special.all()) {
            added.add(AddedToken.plain(entries.size(), name, true).json());
            entries.put(name, entries.size());
        }
        encoding.entries().forEach(entry -> entries.put(entry, entries.size()));
        SplitRule.GPT2.describe(tree, false);
        Opening opening = new Opening(
                special.bos.map(name -> AddedToken.plain(special.all().indexOf(name), name, true)));
        tree.set("post_processor", opening.json());
        ObjectNode model = tree.putObject("model").put("type", "BPE").put("byte_fallback", false);
        model.set("vocab", entries);
        ArrayNode merges = model.putArray("merges");
        encoding.merges().forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
        return tree;
    }
}
