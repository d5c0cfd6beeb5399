package dev.poise.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The shapes of rows, named as a recipe names them. Prompts and answers are strings or lists of messages.
public enum Shape {
    PREFERENCE("preference", "prompt, chosen, rejected"),
    IMPLICIT_PREFERENCE("implicit_preference", "chosen, rejected; the prompt is what both begin with"),
    DIALOGUE_PREFERENCE(
            "dialogue_preference", "chosen, rejected as \"\\n\\nHuman: ...\\n\\nAssistant: ...\" dialogues"),
    PROMPT_PER_SIDE("prompt_per_side", "prompt_chosen, chosen, prompt_rejected, rejected"),
    PROMPT_COMPLETION("prompt_completion", "prompt, completion"),
    UNPAIRED("unpaired", "prompt, completion, label; or messages, label"),
    TEXT("text", "text"),
    MESSAGES("messages", "messages"),
    PROMPT("prompt", "prompt");

    /// Columns that ask something. Beside chosen and rejected they are the prompt, and dropping them would train the
    /// answers to nothing.
    private static final List<String> OTHER_PROMPTS =
            List.of("conversations", "instruction", "question", "query", "input", "context", "system", "history");

    private final String key;
    private final String columns;

    Shape(String key, String columns) {
        this.key = key;
        this.columns = columns;
    }

    /// The name in a recipe.
    public String key() {
        return key;
    }

    /// The columns of a row.
    public String columns() {
        return columns;
    }

    /// The shape of that name.
    ///
    /// @throws IllegalArgumentException when the name is unknown
    public static Shape named(String name) {
        return Arrays.stream(values())
                .filter(shape -> shape.key.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("data.shape must be one of "
                        + Arrays.stream(values()).map(Shape::key).collect(Collectors.joining(", ")) + ", got " + name));
    }

    /// All shapes with their columns, for messages.
    static String known() {
        return Arrays.stream(values())
                .map(shape -> shape.key + " (" + shape.columns + ")")
                .collect(Collectors.joining("; "));
    }

    /// The shape that a row looks like, by its columns.
    static Optional<Shape> of(Columns row) {
        if (row.has("chosen") || row.has("rejected")) {
            return preference(row);
        }
        if (row.has("prompt") && row.has("completion")) {
            return Optional.of(row.has("label") ? UNPAIRED : PROMPT_COMPLETION);
        }
        if (row.has("messages")) {
            return Optional.of(row.has("label") ? UNPAIRED : MESSAGES);
        }
        if (row.has("text")) {
            return Optional.of(TEXT);
        }
        return row.has("prompt") ? Optional.of(PROMPT) : Optional.empty();
    }

    private static Optional<Shape> preference(Columns row) {
        if (row.isObject("chosen") || row.isObject("rejected")) {
            return Optional.empty();
        }
        if (row.has("prompt_chosen") && row.has("prompt_rejected")) {
            return Optional.of(PROMPT_PER_SIDE);
        }
        // A plain prompt beside whole conversations is a copy of their first turn.
        if (row.has("prompt") && !(row.isText("prompt") && row.isList("chosen"))) {
            return Optional.of(PREFERENCE);
        }
        if (OTHER_PROMPTS.stream().anyMatch(row::has)) {
            return Optional.empty();
        }
        boolean dialogue = Dialogue.looksLikeOne(row.peek("chosen")) || Dialogue.looksLikeOne(row.peek("rejected"));
        return Optional.of(dialogue ? DIALOGUE_PREFERENCE : IMPLICIT_PREFERENCE);
    }
}
