package dev.poise.data;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tells by its columns which shape a row has, which others it could have had, and what of it is read.
final class Recognition {

    /// Some columns that say the same or belong together.
    ///
    /// @param needed whether one of them must be there
    private record Group(List<String> names, boolean needed) {}

    /// Columns that ask something. Beside chosen and rejected they are the prompt, and dropping them would train
    /// the answers to nothing.
    private static final List<String> OTHER_PROMPTS =
            List.of("conversations", "instruction", "question", "query", "input", "context", "system", "history");

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

    /// The other shapes of the same kind that a row could have had, since they would read columns that its own
    /// leaves alone.
    static List<Shape> alternatives(Shape own, Columns row) {
        return Arrays.stream(Shape.values())
                .filter(other -> other != own && other.kind() == own.kind() && fits(other, row))
                .filter(other -> !reads(own, row).containsAll(reads(other, row)))
                .toList();
    }

    /// The columns of a row that a shape reads.
    static Set<String> reads(Shape shape, Columns row) {
        Set<String> read = new LinkedHashSet<>(Columns.SETTINGS);
        if (shape.kind() == Shape.Kind.PAIRS) {
            read.add(ShapeReader.MARGIN);
        }
        for (Group group : groups(shape)) {
            read.addAll(group.names());
        }
        if (shape == Shape.UNPAIRED) {
            answered(row).ifPresent(answered -> read.addAll(reads(answered, row)));
        }
        read.retainAll(row.present());
        return read;
    }

    private static boolean fits(Shape shape, Columns row) {
        return groups(shape).stream()
                        .allMatch(group ->
                                !group.needed() || group.names().stream().anyMatch(row::has))
                && suits(shape, row);
    }

    private static List<Group> groups(Shape shape) {
        return switch (shape) {
            case PROMPT_PER_SIDE ->
                List.of(needs("prompt_chosen"), needs("prompt_rejected"), needs("chosen", "rejected"));
            case CONVERSATION_PER_SIDE ->
                List.of(
                        needs("chosen_messages", "chosen_conversations"),
                        needs("rejected_messages", "rejected_conversations"));
            case REJECTED_RESPONSE ->
                List.of(
                        needs("messages", "query"),
                        needs("rejected_response", "rejected_messages"),
                        may("response", "system", "history"));
            case RESPONSE_PREFERENCE -> List.of(needs("prompt"), needs("chosen_response", "rejected_response"));
            case JUDGED -> List.of(needs("instruction"), needs("output_1"), needs("output_2"), may("preference"));
            case RANKED ->
                List.of(
                        needs("prompt", "context", "instruction", "question", "messages", "conversations"),
                        needs("completions", "responses"),
                        may("ranks", "scores", "overall_scores", "rewards", "input", "system", "history"));
            case SHAREGPT_PREFERENCE ->
                List.of(needs("conversations", "messages"), needs("chosen", "rejected"), may("system"));
            case ALPACA_PREFERENCE ->
                List.of(
                        needs("instruction", "question", "query", "input"),
                        needs("chosen", "rejected"),
                        may("system", "history"));
            case PREFERENCE -> List.of(needs("prompt"), needs("chosen", "rejected"));
            case DIALOGUE_PREFERENCE, IMPLICIT_PREFERENCE -> List.of(needs("chosen", "rejected"));
            case UNPAIRED ->
                List.of(
                        needs(
                                "prompt",
                                "messages",
                                "conversations",
                                "instruction",
                                "question",
                                "query",
                                "input",
                                "problem"),
                        needs("label", "kto_tag", "preference"));
            case PROMPT_COMPLETION -> List.of(needs("prompt"), needs("completion"));
            case MESSAGES -> List.of(needs("messages"));
            case SHAREGPT -> List.of(needs("conversations"), may("system"));
            case ALPACA ->
                List.of(
                        needs("instruction"),
                        needs("output", "response"),
                        may("input", "context", "system", "history"));
            case QUESTION_ANSWER ->
                List.of(
                        needs("question", "query", "prompt", "input", "problem"),
                        needs("answer", "response", "output", "solution"),
                        may("system", "history"));
            case TEXT -> List.of(needs("text"));
            case PROMPT -> List.of(needs("prompt"));
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
            case PROMPT -> isSingle(row) && !row.has("completions") && !row.has("responses");
        };
    }

    private static Group needs(String... names) {
        return new Group(List.of(names), true);
    }

    private static Group may(String... names) {
        return new Group(List.of(names), false);
    }

    private static boolean isSingle(Columns row) {
        return !row.has("chosen") && !row.has("rejected");
    }

    /// Whether both sides hold their prompt: nothing else asks, but a plain prompt that they repeat.
    private static boolean isWhole(Columns row) {
        return !row.isObject("chosen")
                && !row.isObject("rejected")
                && (!row.has("prompt") || (row.isText("prompt") && row.isList("chosen")))
                && OTHER_PROMPTS.stream().noneMatch(row::has);
    }
}
