package dev.poise.tokenize;

import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The token that a tokenizer puts before every text, as `tokenizer.json` says it.
///
/// @param token its id and spelling; empty where texts stand by themselves
record Opening(Optional<AddedToken> token) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    ObjectNode json() {
        ObjectNode processor = JSON.objectNode().put("type", "TemplateProcessing");
        ArrayNode single = JSON.arrayNode();
        ArrayNode pair = JSON.arrayNode();
        ObjectNode special = JSON.objectNode();
        token.ifPresent(first -> {
            String name = first.content();
            single.addObject().putObject("SpecialToken").put("id", name).put("type_id", 0);
            pair.addObject().putObject("SpecialToken").put("id", name).put("type_id", 0);
            ObjectNode entry = special.putObject(name).put("id", name);
            entry.putArray("ids").add(first.id());
            entry.putArray("tokens").add(name);
        });
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        processor.set("single", single);
        processor.set("pair", pair);
        processor.set("special_tokens", special);
        return processor;
    }
}
