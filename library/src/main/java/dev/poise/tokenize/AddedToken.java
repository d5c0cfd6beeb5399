package dev.poise.tokenize;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A token that a text is searched for before anything else is done to it.
///
/// @param id of the token
/// @param content its spelling
/// @param takesLeft whether white space before it goes with it
/// @param takesRight whether white space behind it does
/// @param normalized whether the text is normalised before it is searched
/// @param special whether it is no text, and is left out where special tokens are
record AddedToken(int id, String content, boolean takesLeft, boolean takesRight, boolean normalized, boolean special) {

    /// One that takes no white space and is found in the text as it stands.
    static AddedToken plain(int id, String content, boolean special) {
        return new AddedToken(id, content, false, false, false, special);
    }

    /// The tokens that a directory's files add to a vocabulary: `added_tokens_decoder` of `tokenizer_config.json`, and
    /// what it does not name of `added_tokens.json` and of the roles in `special_tokens_map.json` and
    /// `tokenizer_config.json`. Later ones of an id win over those of the vocabulary. In the order of
    /// their ids.
    ///
    /// @param own those that the vocabulary itself marks
    /// @param ids the vocabulary, by spelling
    /// @throws TokenizerException when a token is named without an id, or an id twice
    static Map<Integer, AddedToken> read(Path directory, Collection<AddedToken> own, Map<String, Integer> ids) {
        JsonNode nothing = JsonNodeFactory.instance.objectNode();
        JsonNode settings = JsonFile.read(directory, "tokenizer_config.json").orElse(nothing);
        JsonNode map = JsonFile.read(directory, "special_tokens_map.json").orElse(nothing);
        Map<Integer, AddedToken> tokens = new TreeMap<>(); // readers count them in the order in which they come
        own.forEach(token -> tokens.put(token.id, token));
        settings.path("added_tokens_decoder").forEachEntry((key, token) -> {
            AddedToken added = described(directory.resolve("tokenizer_config.json"), key, token);
            tokens.put(added.id, added);
        });
        Path additions = directory.resolve("added_tokens.json");
        JsonFile.read(directory, "added_tokens.json").orElse(nothing).forEachEntry((content, id) -> {
            if (!id.isInt() || id.intValue() < 0) {
                throw new TokenizerException(additions, "\"" + content + "\" must have an id, got " + id);
            }
            AddedToken there = tokens.putIfAbsent(id.intValue(), plain(id.intValue(), content, false));
            if (there != null && !there.content.equals(content)) {
                throw new TokenizerException(
                        additions,
                        "token " + id + " must be \"" + there.content + "\", as other files say, got \"" + content
                                + "\"");
            }
        });
        for (String role : SpecialTokens.ROLES) {
            SpecialTokens.name(settings, role).ifPresent(name -> makeSpecial(name, tokens, ids));
            SpecialTokens.name(map, role).ifPresent(name -> makeSpecial(name, tokens, ids));
        }
        return tokens;
    }

    private static AddedToken described(Path file, String key, JsonNode token) {
        if (!key.matches("\\d{1,9}")) {
            throw new TokenizerException(file, "added_tokens_decoder must have ids for keys, got \"" + key + "\"");
        }
        String where = "added_tokens_decoder." + key;
        String content = token.path("content").stringValue("");
        if (content.isEmpty()) {
            throw new TokenizerException(file, where + ".content must be a text");
        }
        if (token.path("single_word").booleanValue(false)) {
            throw new TokenizerException(
                    file,
                    where + ".single_word must be false, got true: save the tokenizer as"
                            + " tokenizer.json with transformers");
        }
        return new AddedToken(
                Integer.parseInt(key),
                content,
                token.path("lstrip").booleanValue(false),
                token.path("rstrip").booleanValue(false),
                token.path("normalized").booleanValue(false),
                token.path("special").booleanValue(false));
    }

    /// A token with a role is special, whoever names it.
    private static void makeSpecial(String name, Map<Integer, AddedToken> tokens, Map<String, Integer> ids) {
        for (AddedToken token : tokens.values()) {
            if (token.content.equals(name)) {
                tokens.put(
                        token.id,
                        new AddedToken(token.id, name, token.takesLeft, token.takesRight, token.normalized, true));
                return;
            }
        }
        Integer id = ids.get(name);
        if (id != null) {
            tokens.put(id, plain(id, name, true));
        }
    }

    /// The same in the words of `tokenizer.json`.
    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", takesLeft)
                .put("rstrip", takesRight)
                .put("normalized", normalized)
                .put("special", special);
    }
}
