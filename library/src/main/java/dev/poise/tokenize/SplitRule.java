package dev.poise.tokenize;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How a byte-level tokenizer splits a text before pairs are joined. Files that predate `tokenizer.json` name a rule
/// and do not give it.
enum SplitRule {
    /// GPT-2's (Radford et al., 2019).
    GPT2(""),
    /// GPT-2's, and every digit by itself: SmolLM.
    SMOLLM(""),
    /// Up to three digits together: Llama 3, and dbrx, which joins pairs also of a word that is a token.
    LLAMA3("{1,3}"),
    /// Every digit by itself, characters composed (NFC): Qwen 2.
    QWEN2("");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String digits;

    SplitRule(String digits) {
        this.digits = digits;
    }

    /// The regular expression whose matches are words, of those rules that have one of their own.
    String expression() {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }

    /// Puts what happens before pairs are joined, and after ids are put together again, into a `tokenizer.json`.
    ///
    /// @param prefixSpace whether a text without a space before it gets one
    void describe(ObjectNode tree, boolean prefixSpace) {
        ArrayNode steps = JSON.arrayNode();
        switch (this) {
            case GPT2 -> {}
            case SMOLLM -> steps.addObject().put("type", "Digits").put("individual_digits", true);
            case LLAMA3, QWEN2 -> {
                ObjectNode split = steps.addObject().put("type", "Split");
                split.putObject("pattern").put("Regex", expression());
                split.put("behavior", "Isolated").put("invert", false);
            }
        }
        steps.add(bytes(prefixSpace, this == GPT2 || this == SMOLLM));
        tree.set("normalizer", this == QWEN2 ? JSON.objectNode().put("type", "NFC") : JSON.nullNode());
        tree.putObject("pre_tokenizer").put("type", "Sequence").set("pretokenizers", steps);
        tree.set("decoder", bytes(true, true));
    }

    private static JsonNode bytes(boolean prefixSpace, boolean splits) {
        return JSON.objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", splits);
    }
}
