package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.List;

/// What a prompt or completion is made of: plain text, or the turns of a conversation.
public sealed interface Content {

    /// Plain text, used as it stands.
    record Text(String text) implements Content {}

    /// Turns, to be rendered by a chat template.
    record Conversation(List<Message> messages) implements Content {
        public Conversation {
            messages = List.copyOf(messages);
        }
    }
}
