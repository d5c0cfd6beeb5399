package dev.poise.data;

import dev.poise.data.Columns.Unreadable;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reads turns as files spell them: `{"role", "content"}`, or ShareGPT's `{"from", "value"}`.
final class Turns {

    private static final String ASSISTANT = "assistant";

    private static final String TOOL_CALLS = "tool_calls";

    /// ShareGPT's name of a turn that is the JSON of a call.
    private static final String FUNCTION_CALL = "function_call";

    private static final Set<String> SPELLING = Set.of("role", "content", "from", "value");

    /// How files say that a turn is not trained, or counts more than others.
    private static final List<String> WEIGHTS = List.of("loss_weight", "loss", "loss_scale", "weight", "train");

    private Turns() {}

    /// Words as the only turn of a user.
    static Message user(String words) {
        return new Message("user", words);
    }

    /// Words as the only turn of the assistant.
    static Message assistant(String words) {
        return new Message(ASSISTANT, words);
    }

    /// A list of turns.
    static List<Message> list(JsonNode value, String name) throws Unreadable {
        if (!value.isArray()) {
            throw wrong(name, "a list of messages", value);
        }
        List<Message> turns = new ArrayList<>();
        for (JsonNode turn : value.values()) {
            turns.add(one(turn, name + "[" + turns.size() + "]"));
        }
        return turns;
    }

    /// What the assistant says: a string, a turn, or a list of turns.
    static List<Message> answer(JsonNode value, String name) throws Unreadable {
        if (value.isString()) {
            return List.of(assistant(Columns.text(value, name)));
        }
        if (value.isObject()) {
            return List.of(one(value, name));
        }
        if (value.isArray()) {
            return list(value, name);
        }
        throw wrong(name, "a string, a message or a list of messages", value);
    }

    private static Message one(JsonNode turn, String where) throws Unreadable {
        boolean sharegpt = turn.has("from") && !turn.has("role");
        String speaker = sharegpt ? "from" : "role";
        String words = sharegpt ? "value" : "content";
        if (!turn.isObject()) {
            throw wrong(where, "an object with role and content", turn);
        }
        String spelled = Columns.text(turn.path(speaker), where + "." + speaker);
        Map<String, JsonNode> more = more(turn, where);
        if (spelled.equals(FUNCTION_CALL)) {
            more.put(TOOL_CALLS, called(Columns.text(turn.path(words), where + "." + words), where + "." + words));
            return new Message(ASSISTANT, "", more);
        }
        String role = role(spelled)
                .orElseThrow(() -> new Unreadable(
                        Flaw.UNKNOWN_ROLE,
                        where + "." + speaker + " must be one of " + String.join(", ", ChatTemplate.ROLES) + ", got "
                                + Excerpt.quoted(spelled)));
        boolean silent = more.containsKey(TOOL_CALLS)
                && (turn.path(words).isNull() || turn.path(words).isMissingNode());
        return new Message(role, silent ? "" : words(turn.path(words), where + "." + words), more);
    }

    /// Who speaks in a turn, as far as that can be told without checking it.
    static Optional<String> speaker(JsonNode turn) {
        return role(turn.path("role").stringValue(turn.path("from").stringValue("")));
    }

    /// A role by the names that files have for it.
    private static Optional<String> role(String spelled) {
        return switch (spelled.toLowerCase(Locale.ROOT)) {
            case "system" -> Optional.of("system");
            case "user", "human", "prompter" -> Optional.of("user");
            case ASSISTANT, "gpt", "chatgpt", "model", "bot" -> Optional.of(ASSISTANT);
            case "tool", "observation", "function", "function_response", "ipython" -> Optional.of("tool");
            case String _ -> Optional.empty();
        };
    }

    /// A string, or the texts of content parts one after the other.
    private static String words(JsonNode value, String name) throws Unreadable {
        if (!value.isArray()) {
            return Columns.text(value, name);
        }
        StringBuilder words = new StringBuilder();
        int index = 0;
        for (JsonNode part : value.values()) {
            String where = name + "[" + index++ + "]";
            if (!part.isObject()) {
                throw wrong(where, "a part with a type", part);
            }
            String type = part.path("type").stringValue("");
            if (!type.equals("text")) {
                throw new Unreadable(
                        Flaw.WRONG_TYPE,
                        where + ".type must be text, since only text is trained, got " + Excerpt.quoted(type));
            }
            String key = part.has("text") ? "text" : "value";
            words.append(Columns.text(part.path(key), where + "." + key));
        }
        return words.toString();
    }

    private static Map<String, JsonNode> more(JsonNode turn, String where) throws Unreadable {
        Map<String, JsonNode> more = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : turn.properties()) {
            if (!SPELLING.contains(entry.getKey()) && !entry.getValue().isNull()) {
                more.put(entry.getKey(), entry.getValue());
            }
        }
        JsonNode calls = more.remove(TOOL_CALLS);
        if (calls != null && !(calls.isArray() && calls.isEmpty())) {
            more.put(TOOL_CALLS, calls(calls, where + "." + TOOL_CALLS));
        }
        return more;
    }

    /// Calls with their arguments as objects, which is what templates expect; OpenAI's files hold them as strings.
    private static ArrayNode calls(JsonNode value, String name) throws Unreadable {
        if (!value.isArray()) {
            throw wrong(name, "a list of calls", value);
        }
        ArrayNode calls = JsonNodeFactory.instance.arrayNode();
        for (JsonNode each : value.values()) {
            if (!(each instanceof ObjectNode given)) {
                throw wrong(name + "[" + calls.size() + "]", "an object", each);
            }
            ObjectNode call = given.deepCopy();
            ObjectNode function = call.path("function") instanceof ObjectNode inner ? inner : call;
            if (function.path("arguments").isString()) {
                parsed(function.path("arguments").stringValue())
                        .filter(JsonNode::isObject)
                        .ifPresent(arguments -> function.set("arguments", arguments));
            }
            calls.add(call);
        }
        return calls;
    }

    /// ShareGPT's `function_call`: the JSON of one call or several.
    private static ArrayNode called(String json, String name) throws Unreadable {
        JsonNode value = parsed(json)
                .filter(node -> node.isObject() || node.isArray())
                .orElseThrow(() -> new Unreadable(
                        Flaw.WRONG_TYPE, name + " of a function_call must be the JSON of a call, got other text"));
        ArrayNode calls = JsonNodeFactory.instance.arrayNode();
        for (JsonNode call : value.isArray() ? value.values() : List.of(value)) {
            calls.addObject().put("type", "function").set("function", call);
        }
        return calls(calls, name);
    }

    /// Tools as templates know them, from a list or its JSON; bare functions are wrapped.
    static Optional<ArrayNode> tools(JsonNode column) throws Unreadable {
        if (column.isString() && column.stringValue().isBlank()) {
            return Optional.empty();
        }
        JsonNode value = column.isString() ? parsed(column.stringValue()).orElse(column) : column;
        if (!value.isArray()) {
            throw wrong("tools", "a list of tools, or its JSON", value);
        }
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (JsonNode tool : value.values()) {
            if (!tool.isObject()) {
                throw wrong("tools[" + tools.size() + "]", "an object", tool);
            }
            if (tool.has("name") && !tool.has("function")) {
                tools.addObject().put("type", "function").set("function", tool);
            } else {
                tools.add(tool);
            }
        }
        return tools.isEmpty() ? Optional.empty() : Optional.of(tools);
    }

    /// Refuses turns that the file wants trained otherwise than all others.
    static void requireEvenWeights(List<Message> trained, String name) throws Unreadable {
        for (int index = 0; index < trained.size(); index++) {
            Message turn = trained.get(index);
            boolean assistant = turn.role().equals(ASSISTANT);
            for (String key : WEIGHTS) {
                JsonNode weight = turn.more().get(key);
                if (weight != null && weight(weight) != (assistant ? 1 : 0)) {
                    throw new Unreadable(
                            Flaw.TURN_WEIGHT,
                            name + "[" + index + "]." + key + " must be " + (assistant ? "1 or true" : "0 or false")
                                    + " for a turn of the " + turn.role() + ": the assistant's turns are trained, all"
                                    + " alike, and nobody else's; got " + Excerpt.quoted(weight.toString()));
                }
            }
        }
    }

    private static double weight(JsonNode value) {
        return value.isBoolean() ? (value.booleanValue() ? 1 : 0) : value.isNumber() ? value.doubleValue() : -1;
    }

    static Optional<JsonNode> parsed(String json) {
        try {
            return Optional.of(JsonMapper.shared().readTree(json));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static Unreadable wrong(String name, String legal, JsonNode got) {
        return new Unreadable(Flaw.WRONG_TYPE, name + " must be " + legal + ", got " + Columns.kind(got));
    }
}
