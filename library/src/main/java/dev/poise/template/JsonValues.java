package dev.poise.template;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// JSON as a template's values.
final class JsonValues {

    private JsonValues() {}

    static Value of(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> Value.Str.of(node.stringValue());
            case BOOLEAN -> Value.Bool.of(node.booleanValue());
            case NUMBER ->
                node.isIntegralNumber() ? new Value.Int(node.bigIntegerValue()) : new Value.Real(node.doubleValue());
            case ARRAY -> {
                List<Value> items = new ArrayList<>();
                node.values().forEach(item -> items.add(of(item)));
                yield Value.Items.list(items);
            }
            case OBJECT -> {
                SequencedMap<Object, Map.Entry<Value, Value>> entries = new LinkedHashMap<>();
                node.forEachEntry((name, item) ->
                        entries.put(name, new AbstractMap.SimpleImmutableEntry<>(Value.Str.of(name), of(item))));
                yield new Value.Dict(entries);
            }
            case NULL, MISSING -> Value.None.NONE;
            case BINARY, POJO ->
                throw new IllegalArgumentException(
                        "a template's variables must be plain JSON, got " + node.getNodeType());
        };
    }
}
