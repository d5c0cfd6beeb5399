package dev.poise.tokenize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Which token ids begin, end and pad a sequence, and which stop generation.
///
/// A model directory says this in up to four files that may disagree. The tokenizer's own word counts
/// (`tokenizer_config.json`, then `special_tokens_map.json`), as in TRL; `generation_config.json` and `config.json`
/// are asked where the tokenizer names none, as far as the model has a token of that id. Disagreements are told, not
/// settled in silence.
///
/// @param bos beginning of sequence
/// @param eos end of sequence
/// @param pad padding; nothing here needs one
/// @param stop ids that end generation: those of `generation_config.json` (else `config.json`) and `eos`
/// @param warnings what disagreed, one readable line each
public record SpecialTokens(
        OptionalInt bos, OptionalInt eos, OptionalInt pad, NavigableSet<Integer> stop, List<String> warnings) {

    /// The roles that the files name a token for.
    static final List<String> ROLES = List.of("bos_token", "eos_token", "pad_token", "unk_token");

    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

    static SpecialTokens read(Path directory, Vocabulary vocabulary) {
        return read(directory, vocabulary, NOTHING);
    }

    /// Reads what a directory's files say.
    ///
    /// @param own what the tokenizer itself names, where `tokenizer_config.json` and `special_tokens_map.json` do
    ///     not
    static SpecialTokens read(Path directory, Vocabulary vocabulary, JsonNode own) {
        Files files = new Files(
                JsonFile.read(directory, "tokenizer_config.json").orElse(NOTHING),
                JsonFile.read(directory, "special_tokens_map.json").orElse(NOTHING),
                own,
                JsonFile.read(directory, "generation_config.json").orElse(NOTHING),
                JsonFile.read(directory, "config.json").orElse(NOTHING),
                vocabulary);
        List<String> warnings = new ArrayList<>();
        files.sizes(warnings);
        files.addedTokens(warnings);
        OptionalInt bos = files.id("bos_token", warnings);
        OptionalInt eos = files.id("eos_token", warnings);
        OptionalInt pad = files.id("pad_token", warnings);
        if (eos.isEmpty()) {
            warnings.add("eos_token: no file names one, so sequences get no end-of-sequence token");
        }
        List<Integer> told = ids(files.generation, "eos_token");
        NavigableSet<Integer> stop = new TreeSet<>(told.isEmpty() ? ids(files.config, "eos_token") : told);
        eos.ifPresent(stop::add);
        return new SpecialTokens(bos, eos, pad, Collections.unmodifiableNavigableSet(stop), List.copyOf(warnings));
    }

    /// The token that `settings` names for a role: a string, or an object with its `content`.
    static Optional<String> name(JsonNode settings, String role) {
        JsonNode token = settings.path(role);
        JsonNode name = token.isObject() ? token.path("content") : token;
        return name.isString() ? Optional.of(name.stringValue()) : Optional.empty();
    }

    /// The ids under `<role>_id`: one number, or a list. Negative ones mean none.
    private static List<Integer> ids(JsonNode settings, String role) {
        JsonNode value = settings.path(role + "_id");
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : value.isArray() ? value.values() : List.of(value)) {
            if (id.isInt() && id.intValue() >= 0) {
                ids.add(id.intValue());
            }
        }
        return ids;
    }

    private record Files(
            JsonNode tokenizer,
            JsonNode map,
            JsonNode own,
            JsonNode generation,
            JsonNode config,
            Vocabulary vocabulary) {

        /// A model may have more rows than its tokenizer has tokens, to fill a round number; fewer is a mistake.
        void sizes(List<String> warnings) {
            int size = config.path("vocab_size").intValue(Integer.MAX_VALUE);
            if (size < vocabulary.size()) {
                warnings.add("vocab_size: config.json says " + size + ", the tokenizer's ids go up to "
                        + (vocabulary.size() - 1) + "; tokens from " + size + " on cannot be used: take the tokenizer"
                        + " that the model was trained with, or widen the embedding in transformers"
                        + " (resize_token_embeddings)");
            }
        }

        void addedTokens(List<String> warnings) {
            tokenizer.path("added_tokens_decoder").forEachEntry((id, token) -> {
                String name = token.path("content").stringValue("");
                OptionalInt there = vocabulary.idOf(name);
                if (there.isPresent() && !id.equals(Integer.toString(there.getAsInt()))) {
                    warnings.add("added_tokens_decoder: tokenizer_config.json says " + id + " for \"" + name
                            + "\", the tokenizer says " + there.getAsInt() + "; the tokenizer's is used");
                }
            });
        }

        OptionalInt id(String role, List<String> warnings) {
            OptionalInt known = OptionalInt.empty();
            Optional<String> first = name(tokenizer, role);
            Optional<String> second = name(map, role);
            if (first.isPresent() && second.isPresent() && !first.equals(second)) {
                warnings.add(role + ": special_tokens_map.json says \"" + second.get()
                        + "\", tokenizer_config.json says \"" + first.get() + "\"; the latter is used");
            }
            Optional<String> name = first.or(() -> second).or(() -> name(own, role));
            if (name.isPresent()) {
                known = vocabulary.idOf(name.get());
                if (known.isEmpty()) {
                    warnings.add(role + ": the tokenizer names \"" + name.get() + "\", which its vocabulary lacks");
                }
            }
            if (known.isPresent()) {
                disagreement(role, known.getAsInt(), "generation_config.json", generation, warnings);
                disagreement(role, known.getAsInt(), "config.json", config, warnings);
                return known;
            }
            return told(role, "generation_config.json", generation, warnings)
                    .or(() -> told(role, "config.json", config, warnings))
                    .map(OptionalInt::of)
                    .orElse(OptionalInt.empty());
        }

        /// The first id that a configuration names for a role and the model has.
        private Optional<Integer> told(String role, String file, JsonNode settings, List<String> warnings) {
            int size = config.path("vocab_size").intValue(vocabulary.size());
            List<Integer> told = ids(settings, role);
            told.stream()
                    .filter(id -> id >= size)
                    .forEach(id -> warnings.add(role + "_id: " + file + " says " + id + ", the model's ids go up to "
                            + (size - 1) + "; it is left out"));
            return told.stream().filter(id -> id < size).findFirst();
        }

        private static void disagreement(
                String role, int known, String file, JsonNode settings, List<String> warnings) {
            List<Integer> told = ids(settings, role);
            if (!told.isEmpty() && !told.contains(known)) {
                String theirs = told.size() == 1 ? told.getFirst().toString() : told.toString();
                warnings.add(role + "_id: " + file + " says " + theirs + ", the tokenizer says " + known
                        + "; the tokenizer's is used");
            }
        }
    }
}
