package dev.poise.data;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The shapes of rows, named as a recipe names them, in the order in which a row is compared with them: the first
/// that fits is the row's.
///
/// Prompts and answers are strings or lists of messages; a message is `{"role", "content"}` or `{"from",
/// "value"}`.
public enum Shape {
    PROMPT_PER_SIDE("prompt_per_side", Kind.PAIRS, "prompt_chosen, chosen, prompt_rejected, rejected"),
    CONVERSATION_PER_SIDE(
            "conversation_per_side",
            Kind.PAIRS,
            "chosen_messages, rejected_messages; or chosen_conversations, rejected_conversations"),
    REJECTED_RESPONSE(
            "rejected_response", Kind.PAIRS, "messages or query and response; rejected_response or rejected_messages"),
    RESPONSE_PREFERENCE(
            "response_preference", Kind.PAIRS, "prompt (or instruction, question), chosen_response, rejected_response"),
    JUDGED(
            "judged",
            Kind.PAIRS,
            "instruction, output_1, output_2, preference: below 1.5 for the first, above for the second, else a tie"),
    RANKED(
            "ranked",
            Kind.PAIRS,
            "prompt (or context, instruction, question, messages, conversations), completions, responses or answers, each"
                    + " with rank, score, overall_score or reward, or all of them in ranks, scores or rewards"),
    SHAREGPT_PREFERENCE("sharegpt_preference", Kind.PAIRS, "conversations or messages, chosen, rejected"),
    ALPACA_PREFERENCE("alpaca_preference", Kind.PAIRS, "instruction (or question, query, input), chosen, rejected"),
    PREFERENCE("preference", Kind.PAIRS, "prompt, chosen, rejected"),
    DIALOGUE_PREFERENCE(
            "dialogue_preference",
            Kind.PAIRS,
            "chosen, rejected as \"\\n\\nHuman: ...\\n\\nAssistant: ...\" dialogues"),
    IMPLICIT_PREFERENCE("implicit_preference", Kind.PAIRS, "chosen, rejected; the prompt is what both begin with"),
    UNPAIRED(
            "unpaired",
            Kind.LABELLED,
            "any of the shapes with one answer below but text, and label or kto_tag (true or false); or prompt,"
                    + " response, preference (chosen or rejected)"),
    PROMPT_COMPLETION("prompt_completion", Kind.ANSWERS, "prompt, completion"),
    MESSAGES("messages", Kind.ANSWERS, "messages"),
    SHAREGPT("sharegpt", Kind.ANSWERS, "conversations"),
    ALPACA("alpaca", Kind.ANSWERS, "instruction, output (or response)"),
    QUESTION_ANSWER(
            "question_answer",
            Kind.ANSWERS,
            "question, answer; query, response; prompt, response; input, output; or problem, solution"),
    TEXT("text", Kind.ANSWERS, "text"),
    PROMPT("prompt", Kind.PROMPTS, "prompt");

    /// What rows of a shape hold.
    public enum Kind {
        /// A better and a worse answer.
        PAIRS,
        /// An answer, and whether it is desirable.
        LABELLED,
        /// An answer or a text.
        ANSWERS,
        /// Prompts alone.
        PROMPTS
    }

    private final String key;
    private final Kind kind;
    private final String columns;

    Shape(String key, Kind kind, String columns) {
        this.key = key;
        this.kind = kind;
        this.columns = columns;
    }

    /// The name in a recipe.
    public String key() {
        return key;
    }

    /// What its rows hold.
    public Kind kind() {
        return kind;
    }

    /// The columns of a row.
    public String columns() {
        return columns;
    }

    /// Its name and columns, for messages.
    String described() {
        return key + " (" + columns + ")";
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
        return Arrays.stream(values()).map(Shape::described).collect(Collectors.joining("; "));
    }
}
