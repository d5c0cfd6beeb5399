package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the columns of one row, and remembers which. A column that is `null` counts as absent.
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
    private final Set<String> read = new LinkedHashSet<>();

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

    /// Whether it holds neither a list nor an object.
    boolean isFlat(String name) {
        return !isList(name) && !isObject(name);
    }

    /// Whether it is a conversation whose first turn is not the assistant's.
    boolean beginsWithAQuestion(String name) {
        return Turns.speaker(row.path(name).path(0))
                .filter(role -> !role.equals("assistant"))
                .isPresent();
    }

    /// Whether it could hold a prompt: several words, or a list or object that is not empty.
    boolean isWordy(String name) {
        JsonNode value = row.path(name);
        return value.isString()
                ? value.stringValue().strip().matches("(?s)\\S+\\s.*")
                : value.isContainer() && !value.isEmpty();
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
        JsonNode value = node(name);
        if (value.isString()) {
            return new Content.Text(text(value, name));
        }
        if (value.isArray()) {
            return new Content.Conversation(messages(name), given());
        }
        throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a string or a list of messages, got " + kind(value));
    }

    String text(String name) throws Unreadable {
        return text(node(name), name);
    }

    boolean flag(String name) throws Unreadable {
        JsonNode value = node(name);
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
        JsonNode value = node(name);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new Unreadable(Flaw.WRONG_TYPE, name + " must be a finite number, got " + kind(value));
        }
        return value.doubleValue();
    }

    List<Message> messages(String name) throws Unreadable {
        return Turns.list(node(name), name);
    }

    /// What the assistant says: a string, a message, or a list of messages.
    List<Message> answer(String name) throws Unreadable {
        return Turns.answer(node(name), name);
    }

    /// Text where the column is there.
    Optional<String> words(String name) throws Unreadable {
        return has(name) ? Optional.of(text(name)).filter(text -> !text.isEmpty()) : Optional.empty();
    }

    /// The first of some columns that is there.
    Optional<String> first(List<String> names) {
        return names.stream().filter(this::has).findFirst();
    }

    /// What a template is told besides the messages: the columns `tools` and `chat_template_kwargs`.
    Map<String, JsonNode> given() throws Unreadable {
        Map<String, JsonNode> given = new LinkedHashMap<>();
        if (has("chat_template_kwargs")) {
            JsonNode column = node("chat_template_kwargs");
            JsonNode settings =
                    column.isString() ? Turns.parsed(column.stringValue()).orElse(column) : column;
            if (!settings.isObject()) {
                throw new Unreadable(
                        Flaw.WRONG_TYPE, "chat_template_kwargs must be an object, or its JSON, got " + kind(column));
            }
            settings.forEachEntry((name, value) -> {
                if (!value.isNull()) {
                    given.put(name, value);
                }
            });
        }
        if (has("tools")) {
            Turns.tools(node("tools")).ifPresent(tools -> given.put("tools", tools));
        }
        return given;
    }

    /// The column as it stands.
    JsonNode node(String name) {
        read.add(name);
        return row.path(name);
    }

    /// Names of the columns that are there and were read.
    Set<String> read() {
        Set<String> there = present();
        there.retainAll(read);
        return there;
    }

    /// Names of all columns that are there.
    Set<String> present() {
        Set<String> present = new LinkedHashSet<>();
        for (String name : row.propertyNames()) {
            if (has(name)) {
                present.add(name);
            }
        }
        return present;
    }

    static String text(JsonNode value, String name) throws Unreadable {
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
            case BINARY -> "bytes";
            case POJO -> "something else";
        };
    }
}
