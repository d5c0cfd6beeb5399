package dev.poise.tokenize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tokenizer in a GGUF file's metadata, in the words of `tokenizer.json` and `tokenizer_config.json`.
///
/// Read are byte-level pair encoding (`gpt2`) with the splitting rules of GPT-2, Llama 3, Qwen 2 and SmolLM, and
/// SentencePiece's pair encoding (`llama`).
///
/// @param file where it was read, for messages
/// @param metadata the file's
public record GgufTokenizer(Path file, JsonNode metadata) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    static final String KEYS = "tokenizer.ggml.";
    static final String TEMPLATE = "tokenizer.chat_template";
    static final String TEMPLATES = "tokenizer.chat_templates";

    // Types of tokens, as the format counts them.
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    static final String SPACE = "▁"; // how SentencePiece writes one

    /// The content of `tokenizer.json`.
    ///
    /// @throws TokenizerException when the file's tokenizer is of another kind
    public JsonNode json() {
        String model = text("model").orElseThrow(() -> wrong("model", "is missing"));
        List<String> tokens = new ArrayList<>();
        metadata.path(KEYS + "tokens").values().forEach(token -> tokens.add(token.stringValue("")));
        if (tokens.isEmpty()) {
            throw wrong("tokens", "is missing");
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.putIfAbsent(tokens.get(id), id);
        }
        ObjectNode tree = JSON.objectNode().put("version", "1.0");
        tree.putNull("truncation").putNull("padding");
        tree.set("added_tokens", addedTokens(tokens));
        switch (model) {
            case "gpt2" -> byteLevel(tree, ids);
            case "llama" -> sentencePiece(tree, ids);
            // A file may name any.
            default -> throw wrong("model", "must be gpt2 or llama, got \"" + model + "\"");
        }
        tree.set("post_processor", postProcessor(tokens, model.equals("llama")));
        return tree;
    }

    /// The content of `tokenizer_config.json`: special tokens and the chat template.
    public JsonNode settings() {
        ObjectNode settings = JSON.objectNode();
        for (Map.Entry<String, String> role : Map.of(
                        "bos_token", "bos_token_id",
                        "eos_token", "eos_token_id",
                        "unk_token", "unknown_token_id",
                        "pad_token", "padding_token_id")
                .entrySet()) {
            token(role.getValue()).ifPresent(name -> settings.put(role.getKey(), name));
        }
        chatTemplate().ifPresent(template -> settings.set("chat_template", template));
        return settings;
    }

    /// One template, or a list of named ones where the file has more than the default.
    private Optional<JsonNode> chatTemplate() {
        Optional<JsonNode> own = Optional.ofNullable(metadata.get(TEMPLATE));
        JsonNode names = metadata.path(TEMPLATES);
        if (names.isEmpty()) {
            return own;
        }
        ArrayNode named = JSON.arrayNode();
        own.ifPresent(text -> named.addObject().put("name", "default").set("template", text));
        for (JsonNode name : names.values()) {
            JsonNode text = metadata.path(TEMPLATE + "." + name.stringValue(""));
            if (text.isString()) {
                named.addObject().put("name", name.stringValue("")).set("template", text);
            }
        }
        return Optional.of(named);
    }

    private ArrayNode addedTokens(List<String> tokens) {
        ArrayNode added = JSON.arrayNode();
        JsonNode types = metadata.path(KEYS + "token_type");
        for (int id = 0; id < tokens.size(); id++) {
            int type = types.path(id).intValue(1);
            if (type == CONTROL || type == USER || type == UNKNOWN) {
                added.add(AddedToken.plain(id, tokens.get(id), type != USER).json());
            }
        }
        return added;
    }

    private void byteLevel(ObjectNode tree, Map<String, Integer> ids) {
        String rule = text("pre").orElse("default");
        SplitRule split =
                switch (rule) {
                    case "default", "gpt-2" -> SplitRule.GPT2;
                    case "smollm" -> SplitRule.SMOLLM;
                    case "llama-bpe", "dbrx" -> SplitRule.LLAMA3;
                    case "qwen2" -> SplitRule.QWEN2;
                    // A file may name any.
                    default ->
                        throw wrong(
                                "pre",
                                "must be one of default, gpt-2, llama-bpe, dbrx, qwen2, smollm, got \"" + rule
                                        + "\"; lay the model's tokenizer.json beside the file");
                };
        split.describe(tree, false);
        ObjectNode model = model(tree, ids);
        model.put("byte_fallback", false).put("ignore_merges", rule.equals("llama-bpe"));
        model.set("merges", metadata.path(KEYS + "merges"));
    }

    /// SentencePiece joins the neighbours whose union has the best score; as merges, that is every way to write a
    /// piece as two pieces, the best scored first.
    private void sentencePiece(ObjectNode tree, Map<String, Integer> ids) {
        boolean prefix = metadata.path(KEYS + "add_space_prefix").booleanValue(true);
        ArrayNode normalizers = JSON.arrayNode();
        if (prefix) {
            normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
        }
        normalizers.add(replace(" ", SPACE));
        tree.putObject("normalizer").put("type", "Sequence").set("normalizers", normalizers);
        tree.putNull("pre_tokenizer");
        ArrayNode decoders = JSON.arrayNode().add(replace(SPACE, " "));
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (prefix) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        tree.putObject("decoder").put("type", "Sequence").set("decoders", decoders);
        ObjectNode model = model(tree, ids);
        token("unknown_token_id").ifPresent(unknown -> model.put("unk_token", unknown));
        model.put("fuse_unk", true).put("byte_fallback", true);
        model.set("merges", merges(ids));
    }

    /// One way to write a piece as two.
    private record Merge(String left, String right, double score, int leftId, int rightId) {}

    private ArrayNode merges(Map<String, Integer> ids) {
        JsonNode scores = metadata.path(KEYS + "scores");
        List<Merge> merges = new ArrayList<>();
        ids.forEach((piece, id) -> {
            for (int at = 1; at < piece.length(); at++) {
                Integer left = ids.get(piece.substring(0, at));
                Integer right = ids.get(piece.substring(at));
                if (left != null && right != null) {
                    double score = scores.path(id).doubleValue(0);
                    merges.add(new Merge(piece.substring(0, at), piece.substring(at), score, left, right));
                }
            }
        });
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score)
                .thenComparingInt(Merge::leftId)
                .thenComparingInt(Merge::rightId));
        ArrayNode pairs = JSON.arrayNode();
        merges.forEach(merge -> pairs.addArray().add(merge.left).add(merge.right));
        return pairs;
    }

    private static ObjectNode replace(String from, String to) {
        ObjectNode replace = JSON.objectNode().put("type", "Replace");
        replace.putObject("pattern").put("String", from);
        return replace.put("content", to);
    }

    private static ObjectNode model(ObjectNode tree, Map<String, Integer> ids) {
        ObjectNode model = tree.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
        return model;
    }

    /// A beginning of sequence first, where the file asks for one.
    private JsonNode postProcessor(List<String> tokens, boolean otherwise) {
        boolean asked = metadata.path(KEYS + "add_bos_token").booleanValue(otherwise);
        Optional<String> first = asked ? token("bos_token_id") : Optional.empty();
        return new Opening(first.map(name -> AddedToken.plain(tokens.indexOf(name), name, true))).json();
    }

    private Optional<String> text(String key) {
        JsonNode value = metadata.path(KEYS + key);
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }

    /// The token whose id a key names.
    private Optional<String> token(String key) {
        JsonNode id = metadata.path(KEYS + key);
        if (!id.isIntegralNumber()) {
            return Optional.empty();
        }
        JsonNode token = metadata.path(KEYS + "tokens").path(id.intValue());
        if (!token.isString()) {
            throw wrong(key, "must be the id of a token, got " + id);
        }
        return Optional.of(token.stringValue());
    }

    private TokenizerException wrong(String key, String what) {
        return new TokenizerException(file, KEYS + key + " " + what);
    }
}
