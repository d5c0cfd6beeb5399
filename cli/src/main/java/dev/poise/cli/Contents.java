package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.tokenize.Message;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What commands do with prompts and answers, which are text or messages.
final class Contents {

    private Contents() {}

    /// Puts content into a row as data files hold it: a string, or a list of messages with what its template is
    /// told in columns beside.
    static void put(ObjectNode row, String column, Content content) {
        switch (content) {
            case Content.Text plain -> row.put(column, plain.text());
            case Content.Conversation talk -> {
                ArrayNode messages = row.putArray(column);
                for (Message message : talk.messages()) {
                    ObjectNode turn = messages.addObject().put("role", message.role());
                    turn.put("content", message.content());
                    message.more().forEach(turn::set);
                }
                talk.given().forEach((name, value) -> {
                    ObjectNode beside = name.equals("tools") ? row : row.withObject("/chat_template_kwargs");
                    beside.set(name, value);
                });
            }
        }
    }

    /// An answer in the form of its prompt.
    static Content answer(Content prompt, String answer) {
        return switch (prompt) {
            case Content.Text _ -> new Content.Text(answer);
            case Content.Conversation _ -> new Content.Conversation(List.of(new Message("assistant", answer)));
        };
    }

    /// The text that is answered: of a conversation, what was said last.
    static String lastText(Content prompt) {
        return switch (prompt) {
            case Content.Text plain -> plain.text();
            case Content.Conversation talk ->
                talk.messages().isEmpty() ? "" : talk.messages().getLast().content();
        };
    }
}
