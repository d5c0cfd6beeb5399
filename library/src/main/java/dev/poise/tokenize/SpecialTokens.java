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
/// are asked where the tokenizer names none. Disagreements are told, not settled in silence.
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
        Files files = new Files(
                JsonFile.read(directory, "tokenizer_config.json").orElse(NOTHING),
                JsonFile.read(directory, "special_tokens_map.json").orElse(NOTHING),
                JsonFile.read(directory, "generation_config.json").orElse(NOTHING),
                JsonFile.read(directory, "config.json").orElse(NOTHING));
        List<String> warnings = new ArrayList<>();
        OptionalInt bos = files.id("bos_token", vocabulary, warnings);
        OptionalInt eos = files.id("eos_token", vocabulary, warnings);
        OptionalInt pad = files.id("pad_token", vocabulary, warnings);
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

    private record Files(JsonNode tokenizer, JsonNode map, JsonNode generation, JsonNode config) {

        OptionalInt id(String role, Vocabulary vocabulary, List<String> warnings) {
            OptionalInt own = OptionalInt.empty();
            Optional<String> name = name(tokenizer, role).or(() -> name(map, role));
            if (name.isPresent()) {
                own = vocabulary.idOf(name.get());
                if (own.isEmpty()) {
                    warnings.add(role + ": the tokenizer names \"" + name.get() + "\", which its vocabulary lacks");
                }
            }
            if (own.isPresent()) {
                disagreement(role, own.getAsInt(), "generation_config.json", generation, warnings);
                disagreement(role, own.getAsInt(), "config.json", config, warnings);
                return own;
            }
            List<Integer> told = ids(generation, role);
            told = told.isEmpty() ? ids(config, role) : told;
            return told.isEmpty() ? OptionalInt.empty() : OptionalInt.of(told.getFirst());
        }

        private static void disagreement(String role, int own, String file, JsonNode settings, List<String> warnings) {
            List<Integer> told = ids(settings, role);
            if (!told.isEmpty() && !told.contains(own)) {
                String theirs = told.size() == 1 ? told.getFirst().toString() : told.toString();
                warnings.add(role + "_id: " + file + " says " + theirs + ", the tokenizer says " + own
                        + "; the tokenizer's is used");
            }
        }
    }
}
