package dev.poise.tokenize;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// One turn of a conversation.
///
/// @param role who speaks: `system`, `user`, `assistant` or `tool`
/// @param content what is said; empty where a turn only calls tools
/// @param more what a row says of the turn besides, by its key, for templates that read it: `tool_calls`,
/// `tool_call_id`, `name`, `reasoning_content`
public record Message(String role, String content, Map<String, JsonNode> more) {

    public Message {
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    /// A turn of words alone.
    public Message(String role, String content) {
        this(role, content, Map.of());
    }

    /// Whether it calls a tool.
    public boolean callsTools() {
        JsonNode calls = more.get("tool_calls");
        return calls != null && !calls.isEmpty();
    }
}
