package dev.poise.tokenize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A directory's tokenizer in the words of a GGUF file's metadata: the other way round from [GgufTokenizer].
///
/// The format holds the tokens, their types, merges or scores, and the name of a splitting rule that the reader must
/// know. What it has no words for is refused, so that a file never splits text in another way than the directory.
public final class GgufVocabulary {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final TokenizerJson json;
    private final JsonNode model;
    private final Consumer<String> note;

    /// Tokens by id, none where the tokenizer has no such id.
    private final String[] tokens;

    private final int[] types;

    private GgufVocabulary(TokenizerJson json, int rows, Consumer<String> note) {
        this.json = json;
        this.model = json.tree().path("model");
        this.note = note;
        this.tokens = new String[rows];
        this.types = new int[rows];
    }

    /// The `tokenizer.` entries of a GGUF file.
    ///
    /// @param directory a model directory
    /// @param rows how many tokens the model's embedding has; those beyond the tokenizer's are named and unused
    /// @param note told what a file says less exactly than the directory
    /// @throws TokenizerException when the tokenizer is of a kind that the format has no words for, or knows more
    ///     tokens than the model
    public static ObjectNode metadata(Path directory, int rows, Consumer<String> note) {
        TokenizerJson json = TokenizerJson.of(directory);
        GgufVocabulary vocabulary = new GgufVocabulary(json, rows, note);
        ObjectNode metadata = JSON.objectNode();
        vocabulary.describe(metadata, SpecialTokens.read(directory, new Vocabulary(json.tree())));
        putTemplates(metadata, TemplateFile.of(directory));
        return metadata;
    }

    private static void putTemplates(ObjectNode metadata, SortedMap<String, TemplateFile> templates) {
        ArrayNode names = JSON.arrayNode();
        templates.forEach((name, template) -> {
            if (name.equals(TemplateFile.DEFAULT)) {
                metadata.put(GgufTokenizer.TEMPLATE, template.text());
            } else {
                names.add(name);
                metadata.put(GgufTokenizer.TEMPLATE + "." + name, template.text());
            }
        });
        if (!names.isEmpty()) {
            metadata.set(GgufTokenizer.TEMPLATES, names);
        }
    }

    private void describe(ObjectNode metadata, SpecialTokens special) {
        String kind = model.path("type").stringValue("BPE");
        if (!kind.equals("BPE")) {
            throw wrong("model.type must be BPE, which is what llama.cpp's gpt2 and llama tokenizers are, got " + kind);
        }
        List<JsonNode> steps = flat(json.tree().path("pre_tokenizer"), "pretokenizers");
        boolean byteLevel = steps.stream().anyMatch(step -> is(step, "ByteLevel"));
        if (!byteLevel && !model.path("byte_fallback").booleanValue(false)) {
            throw wrong("must be byte-level pair encoding, or SentencePiece's with byte_fallback, got pair encoding"
                    + " without either");
        }
        name(byteLevel);
        put(metadata, "model", JSON.stringNode(byteLevel ? "gpt2" : "llama"));
        put(metadata, "pre", JSON.stringNode(byteLevel ? checked(rule(steps)) : "default"));
        ArrayNode texts = JSON.arrayNode();
        ArrayNode kinds = JSON.arrayNode();
        for (int id = 0; id < tokens.length; id++) {
            texts.add(tokens[id]);
            kinds.add(types[id]);
        }
        put(metadata, "tokens", texts);
        put(metadata, "token_type", kinds);
        if (byteLevel) {
            ArrayNode merges = JSON.arrayNode();
            merges().forEach(merge -> merges.add(merge.left() + " " + merge.right()));
            put(metadata, "merges", merges);
        } else {
            put(metadata, "scores", scores());
            put(metadata, "add_space_prefix", JSON.booleanNode(prefixed(steps)));
        }
        id(metadata, "bos_token_id", special.bos());
        id(metadata, "eos_token_id", special.eos());
        id(metadata, "padding_token_id", special.pad());
        OptionalInt unknown = ids(model.path("unk_token").stringValue(""));
        id(metadata, "unknown_token_id", unknown);
        around(metadata, special);
    }

    private static void id(ObjectNode metadata, String key, OptionalInt id) {
        id.ifPresent(known -> put(metadata, key, JSON.numberNode(known)));
    }

    private static void put(ObjectNode metadata, String key, JsonNode value) {
        metadata.set(GgufTokenizer.KEYS + key, value);
    }

    /// Fills tokens and their types.
    private void name(boolean byteLevel) {
        model.path("vocab").forEachEntry((token, id) -> {
            boolean isByte = !byteLevel && token.matches("<0x[0-9A-F]{2}>");
            set(token, id.intValue(-1), isByte ? GgufTokenizer.BYTE : GgufTokenizer.NORMAL);
        });
        String unknown = byteLevel ? "" : model.path("unk_token").stringValue("");
        for (JsonNode added : json.tree().path("added_tokens").values()) {
            String token = added.path("content").stringValue("");
            boolean special = added.path("special").booleanValue(false);
            int type = special ? GgufTokenizer.CONTROL : GgufTokenizer.USER;
            set(token, added.path("id").intValue(-1), token.equals(unknown) ? GgufTokenizer.UNKNOWN : type);
        }
        for (int id = 0; id < tokens.length; id++) {
            if (types[id] == 0) {
                tokens[id] = "[PAD" + id + "]"; // as llama.cpp's converter names them
                types[id] = GgufTokenizer.UNUSED;
            }
        }
    }

    private void set(String token, int id, int type) {
        if (id < 0 || id >= tokens.length) {
            throw wrong("ids must be below " + tokens.length + ", the rows of the model's embedding, got " + id
                    + "; the tokenizer is another model's, or the model was not resized");
        }
        tokens[id] = token;
        types[id] = type;
    }

    private OptionalInt ids(String token) {
        JsonNode id = model.path("vocab").path(token);
        return id.isInt() ? OptionalInt.of(id.intValue()) : OptionalInt.empty();
    }

    /// The name of a byte-level splitting rule.
    private String rule(List<JsonNode> steps) {
        JsonNode last = steps.getLast();
        boolean splits = last.path("use_regex").booleanValue(true);
        JsonNode first = steps.getFirst();
        String pattern = first.path("pattern").path("Regex").stringValue("");
        boolean isolates = first.path("behavior").stringValue("").equals("Isolated")
                && !first.path("invert").booleanValue(false);
        if (is(last, "ByteLevel") && !last.path("add_prefix_space").booleanValue(false)) {
            if (steps.size() == 1 && splits) {
                return "gpt-2";
            }
            boolean two = steps.size() == 2;
            if (two
                    && splits
                    && is(first, "Digits")
                    && first.path("individual_digits").booleanValue(false)) {
                return "smollm";
            }
            if (two && !splits && is(first, "Split") && isolates) {
                if (pattern.equals(SplitRule.LLAMA3.expression())) {
                    return model.path("ignore_merges").booleanValue(false) ? "llama-bpe" : "dbrx";
                }
                if (pattern.equals(SplitRule.QWEN2.expression())) {
                    return "qwen2";
                }
            }
        }
        throw wrong("pre_tokenizer must split as GPT-2, Llama 3, OLMo 2, Qwen 2 or SmolLM do, got "
                + json.tree().path("pre_tokenizer"));
    }

    /// Refuses what llama.cpp does not do to text, and tells of what it may be forgiven.
    private String checked(String rule) {
        for (JsonNode step : flat(json.tree().path("normalizer"), "normalizers")) {
            if (!is(step, "NFC")) {
                throw wrong("normalizer must be none or NFC, got " + step);
            }
            note.accept(
                    "llama.cpp does not normalise text to NFC, as this tokenizer does: text in decomposed characters"
                            + " splits differently there");
        }
        boolean ignores = model.path("ignore_merges").booleanValue(false);
        if (ignores != rule.equals("llama-bpe")) {
            throw wrong("model.ignore_merges must be that of the splitting rule " + rule + ", got " + ignores);
        }
        return rule;
    }

    /// Whether a text gets a space in front.
    private boolean prefixed(List<JsonNode> steps) {
        boolean prefixed = false;
        boolean marked = false;
        for (JsonNode step : flat(json.tree().path("normalizer"), "normalizers")) {
            boolean marks = is(step, "Replace")
                    && step.path("pattern").path("String").stringValue("").equals(" ")
                    && step.path("content").stringValue("").equals(GgufTokenizer.SPACE);
            boolean prefixes =
                    is(step, "Prepend") && step.path("prepend").stringValue("").equals(GgufTokenizer.SPACE);
            if (!marks && !prefixes) {
                throw wrong("normalizer must put \"▁\" in the place of spaces and in front, got " + step);
            }
            prefixed |= prefixes;
            marked |= marks;
        }
        for (JsonNode step : steps) {
            boolean harmless = is(step, "Split")
                    && step.path("pattern").path("String").stringValue("").equals(" ");
            if (!is(step, "Metaspace") && !harmless) {
                throw wrong("pre_tokenizer must be none or Metaspace beside byte_fallback, got " + step);
            }
            if (is(step, "Metaspace")) {
                marked = true;
                prefixed = !step.path("prepend_scheme").stringValue("always").equals("never");
            }
        }
        if (!marked) {
            throw wrong("must write spaces as \"▁\", as SentencePiece does, got a normalizer that does not");
        }
        return prefixed;
    }

    /// Two pieces that become one.
    private record Pair(String left, String right) {

        String joined() {
            return left + right;
        }
    }

    /// In the order of their rank.
    private List<Pair> merges() {
        List<Pair> pairs = new ArrayList<>();
        for (JsonNode merge : model.path("merges").values()) {
            String[] spelt = merge.isString() ? merge.stringValue().split(" ", -1) : new String[0];
            Pair pair = merge.isArray()
                    ? new Pair(merge.path(0).stringValue(""), merge.path(1).stringValue(""))
                    : new Pair(spelt[0], spelt.length == 2 ? spelt[1] : "");
            if (pair.left().isEmpty() || pair.right().isEmpty()) {
                throw wrong("merges must be of two pieces each, got " + merge);
            }
            pairs.add(pair);
        }
        return pairs;
    }

    /// SentencePiece joins the neighbours whose union has the best score, whichever two they are. Merges say the same
    /// where they list all ways to write a piece as two, one piece after another: then a piece's score is minus its
    /// place.
    private ArrayNode scores() {
        Map<String, Integer> places = new LinkedHashMap<>();
        Set<Pair> listed = new HashSet<>();
        String before = "";
        for (Pair pair : merges()) {
            String piece = pair.joined();
            if (!piece.equals(before) && places.containsKey(piece)) {
                throw wrong("merges must list all ways to make \"" + piece
                        + "\" after each other, as those of SentencePiece do: its ranks are no scores");
            }
            places.putIfAbsent(piece, places.size());
            listed.add(pair);
            before = piece;
        }
        requireAllWays(listed);
        Map<Integer, Float> scores = new HashMap<>();
        places.forEach((piece, place) -> ids(piece).ifPresent(id -> scores.put(id, (float) -place)));
        ArrayNode all = JSON.arrayNode();
        for (int id = 0; id < tokens.length; id++) {
            // Pieces that nothing is joined to are found by their characters, whatever their score.
            all.add(scores.getOrDefault(id, (float) -places.size()));
        }
        return all;
    }

    private void requireAllWays(Set<Pair> listed) {
        Set<String> known = new HashSet<>();
        for (int id = 0; id < tokens.length; id++) {
            if (types[id] == GgufTokenizer.NORMAL) {
                known.add(tokens[id]);
            }
        }
        for (String piece : known) {
            for (int at = 1; at < piece.length(); at++) {
                Pair pair = new Pair(piece.substring(0, at), piece.substring(at));
                if (known.contains(pair.left()) && known.contains(pair.right()) && !listed.contains(pair)) {
                    throw wrong("merges must list all ways to make \"" + piece
                            + "\", as those of SentencePiece do, got none of \"" + pair.left() + "\" and \""
                            + pair.right() + "\"");
                }
            }
        }
    }

    /// What is put around a text.
    private void around(ObjectNode metadata, SpecialTokens special) {
        boolean begins = false;
        boolean ends = false;
        for (JsonNode step : flat(json.tree().path("post_processor"), "processors")) {
            if (is(step, "TemplateProcessing")) {
                boolean behind = false;
                for (JsonNode piece : step.path("single").values()) {
                    String token = piece.path("SpecialToken").path("id").stringValue("");
                    if (token.isEmpty()) {
                        behind = true;
                        continue;
                    }
                    OptionalInt id = idOf(token);
                    OptionalInt known = behind ? special.eos() : special.bos();
                    if (!id.equals(known)) {
                        throw wrong("post_processor must put the " + (behind ? "eos" : "bos")
                                + " token there and nothing else, got \"" + token + "\"");
                    }
                    begins |= !behind;
                    ends |= behind;
                }
            } else if (!is(step, "ByteLevel")) {
                throw wrong("post_processor must be TemplateProcessing or ByteLevel, got " + step.path("type"));
            }
        }
        put(metadata, "add_bos_token", JSON.booleanNode(begins));
        put(metadata, "add_eos_token", JSON.booleanNode(ends));
    }

    private OptionalInt idOf(String token) {
        for (int id = 0; id < tokens.length; id++) {
            if (token.equals(tokens[id])) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /// The steps of a stage, whether it is one, a sequence of them, or none.
    private static List<JsonNode> flat(JsonNode stage, String inside) {
        if (stage.isNull() || stage.isMissingNode()) {
            return List.of();
        }
        return is(stage, "Sequence")
                ? stage.path(inside)
                        .valueStream()
                        .flatMap(step -> flat(step, inside).stream())
                        .toList()
                : List.of(stage);
    }

    private static boolean is(JsonNode step, String type) {
        return step.path("type").stringValue("").equals(type);
    }

    private TokenizerException wrong(String problem) {
        return new TokenizerException(json.file(), problem);
    }
}
