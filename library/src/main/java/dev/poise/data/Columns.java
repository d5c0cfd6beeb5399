package dev.poise.data;

import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the columns of one row. A column that is `null` counts as absent.
final class Columns {

    /// A column that cannot be read; becomes a [BadRow].
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;
        private final Flaw flaw;

        Unreadable(Flaw flaw, String reason) {
            super(reason);
            this.flaw = flaw;
        }

        Flaw flaw() {
            return flaw;
        }
    }

    private final JsonNode row;

    Columns(JsonNode row) {
        this.row = row;
    }

    boolean has(String name) {
        JsonNode value = row.path(name);
        return !value.isMissingNode() && !value.isNull();
    }

    boolean isText(String name) {
        return row.path(name).isString();
    }

    boolean isList(String name) {
        return row.path(name).isArray();
    }

    boolean isObject(String name) {
        return row.path(name).isObject();
    }

    /// Text that may be read without checking anything; empty where the column holds something else.
    String peek(String name) {
        return row.path(name).stringValue("");
    }

    /// Names of all columns, for messages.
    String names() {
        return Excerpt.names(row.propertyNames());
    }

    /// A string, or a list of messages.
    Content content(String name) throws Unreadable {
        JsonNode value = row.path(name);
        if (value.isString()) {
            return new Content.Text(text(value, name));
        }
        if (value.isArray()) {
            return new Content.Conversation(messages(name));
        }
        throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a string or a list of messages, got " + kind(value));
    }

    String text(String name) throws Unreadable {
        return text(row.path(name), name);
    }

    boolean flag(String name) throws Unreadable {
        JsonNode value = row.path(name);
        if (!value.isBoolean()) {
            throw new Unreadable(Flaw.WRONG_TYPE, name + " must be true or false, got " + kind(value));
        }
        return value.booleanValue();
    }

    /// A finite number; null where the column is absent.
    @Nullable
    Double number(String name) throws Unreadable {
        if (!has(name)) {
            return null;
        }
        JsonNode value = row.path(name);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a finite number, got " + kind(value));
        }
        return value.doubleValue();
    }

    List<Message> messages(String name) throws Unreadable {
        JsonNode value = row.path(name);
        if (!value.isArray()) {
            throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a list of messages, got " + kind(value));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : value.values()) {
            String where = name + "[" + messages.size() + "]";
            if (!turn.isObject()) {
                throw new Unreadable(
                        Flaw.WRONG_TYPE, where + " must be an object with role and content, got " + kind(turn));
            }
            if (!turn.path("tool_calls").isEmpty()) {
                throw new Unreadable(Flaw.WRONG_TYPE, where + " must be text only, got tool calls");
            }
            String role = text(turn.path("role"), where + ".role");
            if (!ChatTemplate.ROLES.contains(role)) {
                throw new Unreadable(
                        Flaw.UNKNOWN_ROLE,
                        where + ".role must be one of " + String.join(", ", ChatTemplate.ROLES) + ", got "
                                + Excerpt.quoted(role));
            }
            messages.add(new Message(role, text(turn.path("content"), where + ".content")));
        }
        return messages;
    }

    private static String text(JsonNode value, String name) throws Unreadable {
        if (!value.isString()) {
            throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a string, got " + kind(value));
        }
        String text = value.stringValue();
        int lone = Excerpt.firstLoneSurrogate(text);
        if (lone >= 0) {
            throw new Unreadable(
                    Flaw.INVALID_UTF8, name + " must be valid Unicode, got half a surrogate pair at char " + lone);
        }
        return text;
    }

    /// What a JSON value is, for messages.
    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> value.toString();
            case NULL -> "null";
            case MISSING -> "nothing";
            case BINARY, POJO -> "something else";
        };
    }
}
