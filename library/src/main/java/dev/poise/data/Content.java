package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What a prompt or completion is made of: plain text, or the turns of a conversation.
public sealed interface Content {

    /// Plain text, used as it stands.
    record Text(String text) implements Content {}

    /// Turns, to be rendered by a chat template.
    ///
    /// @param given what the template is told besides, by the names that templates know: `tools`, and settings
    /// such as `enable_thinking`; a completion is told what its prompt is
    record Conversation(List<Message> messages, Map<String, JsonNode> given) implements Content {
        public Conversation {
            messages = List.copyOf(messages);
            given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
        }

        /// Turns of which nothing more is told.
        public Conversation(List<Message> messages) {
            this(messages, Map.of());
        }
    }
}
