package dev.poise.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Tells by its columns which shape a row has, and which others it could have had.
final class Recognition {

    /// Columns that ask something, by names other than `prompt`. Beside chosen and rejected they are the prompt, and
    /// dropping them would train the answers to nothing.
    private static final List<String> QUESTIONS = List.of("instruction", "question", "query", "problem", "input");

    /// Columns that stand before what is asked. Whatever holds the question does not hold them.
    private static final List<String> BEFORE =
            List.of("conversations", "context", "system", "system_prompt", "history");

    private Recognition() {}

    /// The shape that a row looks like.
    static Optional<Shape> shape(Columns row) {
        return Arrays.stream(Shape.values()).filter(shape -> fits(shape, row)).findFirst();
    }

    /// The shape of the one answer that a row holds, whatever label it carries.
    static Optional<Shape> answered(Columns row) {
        return Arrays.stream(Shape.values())
                .filter(shape -> shape.kind() == Shape.Kind.ANSWERS && shape != Shape.TEXT && fits(shape, row))
                .findFirst();
    }

    /// The other shapes of the same kind that a row could have had.
    static List<Shape> others(Shape own, Columns row) {
        return Arrays.stream(Shape.values())
                .filter(other -> other != own && other.kind() == own.kind() && fits(other, row))
                .toList();
    }

    private static boolean fits(Shape shape, Columns row) {
        return needed(shape).stream().allMatch(names -> names.stream().anyMatch(row::has)) && suits(shape, row);
    }

    /// The columns that a shape cannot do without: of every list, one.
    private static List<List<String>> needed(Shape shape) {
        List<String> sides = List.of("chosen", "rejected");
        return switch (shape) {
            case PROMPT_PER_SIDE -> List.of(List.of("prompt_chosen"), List.of("prompt_rejected"), sides);
            case CONVERSATION_PER_SIDE ->
                List.of(
                        List.of("chosen_messages", "chosen_conversations"),
                        List.of("rejected_messages", "rejected_conversations"));
            case REJECTED_RESPONSE ->
                List.of(List.of("messages", "query"), List.of("rejected_response", "rejected_messages"));
            case RESPONSE_PREFERENCE ->
                List.of(List.of("prompt", "instruction", "question"), List.of("chosen_response", "rejected_response"));
            case JUDGED -> List.of(List.of("instruction"), List.of("output_1"), List.of("output_2"));
            case RANKED ->
                List.of(
                        List.of("prompt", "context", "instruction", "question", "messages", "conversations"),
                        Ranked.LISTS);
            case SHAREGPT_PREFERENCE -> List.of(List.of("conversations", "messages"), sides);
            case ALPACA_PREFERENCE -> List.of(List.of("instruction", "question", "query", "input"), sides);
            case PREFERENCE -> List.of(List.of("prompt"), sides);
            case DIALOGUE_PREFERENCE, IMPLICIT_PREFERENCE -> List.of(sides);
            case UNPAIRED -> List.of(List.of("label", "kto_tag", "preference"));
            case PROMPT_COMPLETION -> List.of(List.of("prompt"), List.of("completion"));
            case MESSAGES -> List.of(List.of("messages"));
            case SHAREGPT -> List.of(List.of("conversations"));
            case ALPACA -> List.of(List.of("instruction"), List.of("output", "response"));
            case QUESTION_ANSWER -> List.of();
            case TEXT -> List.of(List.of("text"));
            case PROMPT -> List.of(List.of("prompt"));
        };
    }

    /// What no list of columns says.
    private static boolean suits(Shape shape, Columns row) {
        return switch (shape) {
            case PROMPT_PER_SIDE, CONVERSATION_PER_SIDE, REJECTED_RESPONSE, RESPONSE_PREFERENCE, JUDGED -> true;
            case RANKED -> Ranked.isOrdered(row);
            // Beside whole conversations, messages are usually a copy of the chosen one.
            case SHAREGPT_PREFERENCE -> row.has("conversations") || (!row.has("prompt") && !row.isList("chosen"));
            case ALPACA_PREFERENCE -> !row.has("prompt") && row.isFlat("chosen") && row.isFlat("rejected");
            // A plain prompt beside whole conversations is a copy of their first turn.
            case PREFERENCE -> !(row.isText("prompt") && row.isList("chosen"));
            case DIALOGUE_PREFERENCE ->
                isWhole(row)
                        && (Dialogue.looksLikeOne(row.peek("chosen")) || Dialogue.looksLikeOne(row.peek("rejected")));
            case IMPLICIT_PREFERENCE -> isWhole(row);
            case UNPAIRED -> isSingle(row) && answered(row).isPresent();
            case PROMPT_COMPLETION, MESSAGES, SHAREGPT, ALPACA, TEXT -> isSingle(row);
            case QUESTION_ANSWER -> isSingle(row) && QuestionAnswer.of(row).isPresent();
            case PROMPT -> isSingle(row) && Ranked.LISTS.stream().noneMatch(row::has);
        };
    }

    private static boolean isSingle(Columns row) {
        return !row.has("chosen") && !row.has("rejected");
    }

    /// Whether both sides hold their prompt: they are conversations that do not begin with the assistant, beside which
    /// a plain question is a copy; or nothing else asks.
    private static boolean isWhole(Columns row) {
        boolean asking = row.beginsWithAQuestion("chosen") && row.beginsWithAQuestion("rejected");
        boolean alone = !row.has("prompt") && QUESTIONS.stream().noneMatch(row::has);
        return BEFORE.stream().noneMatch(row::has)
                && (asking
                        ? !row.has("prompt") || row.isText("prompt")
                        : alone && !row.isObject("chosen") && !row.isObject("rejected"));
    }
}
