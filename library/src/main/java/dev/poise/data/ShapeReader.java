package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads rows of one shape.
///
/// @param shape the shape
/// @param strict whether a row that looks like another shape is refused; not where the shape was asked for by name
record ShapeReader(Shape shape, boolean strict) {

    /// Where a row of pairs says by how much the preferred answer is better; TRL's name.
    private static final String MARGIN = "margin";

    Row read(RawRow.Parsed row) {
        try {
            Columns columns = new Columns(row.columns());
            if (strict) {
                requireShape(columns);
            }
            return example(row.source(), columns);
        } catch (Columns.Unreadable e) {
            return new BadRow(row.source(), e.flaw(), String.valueOf(e.getMessage()), Excerpt.raw(row.text()));
        }
    }

    private void requireShape(Columns row) throws Columns.Unreadable {
        Optional<Shape> own = Shape.of(row);
        if (own.isEmpty() || !compatible(own.get())) {
            String found = own.map(other -> ", which look like " + other.key()).orElse("");
            throw new Columns.Unreadable(
                    Flaw.OTHER_SHAPE,
                    "must fit the file's shape " + shape.key() + " (" + shape.columns() + "), got " + row.names()
                            + found);
        }
    }

    /// A dialogue that lacks its marker looks like a plain pair; reading it tells what is wrong with it.
    private boolean compatible(Shape own) {
        return own == shape || (shape == Shape.DIALOGUE_PREFERENCE && own == Shape.IMPLICIT_PREFERENCE);
    }

    private Example example(Source source, Columns row) throws Columns.Unreadable {
        return switch (shape) {
            case PREFERENCE -> {
                Content prompt = row.content("prompt");
                yield pair(source, prompt, row.content("chosen"), prompt, row.content("rejected"), row.number(MARGIN));
            }
            case PROMPT_PER_SIDE ->
                pair(
                        source,
                        row.content("prompt_chosen"),
                        row.content("chosen"),
                        row.content("prompt_rejected"),
                        row.content("rejected"),
                        row.number(MARGIN));
            case IMPLICIT_PREFERENCE ->
                implicit(source, row.content("chosen"), row.content("rejected"), row.number(MARGIN));
            case DIALOGUE_PREFERENCE -> dialogues(source, row.text("chosen"), row.text("rejected"), row.number(MARGIN));
            case PROMPT_COMPLETION -> completion(source, row.content("prompt"), row.content("completion"), null);
            case UNPAIRED -> unpaired(source, row);
            case TEXT -> plain(source, new Content.Text(row.text("text")));
            case MESSAGES -> plain(source, new Content.Conversation(row.messages("messages")));
            case PROMPT -> new Example.Prompt(source, row.content("prompt"));
        };
    }

    private static Example implicit(Source source, Content chosen, Content rejected, @Nullable Double margin)
            throws Columns.Unreadable {
        requireDifferent(chosen, rejected);
        if (chosen instanceof Content.Text good && rejected instanceof Content.Text bad) {
            int length = CommonPrompt.length(good.text(), bad.text());
            Content prompt = new Content.Text(good.text().substring(0, length));
            return pair(source, prompt, rest(good, length), prompt, rest(bad, length), margin);
        }
        if (chosen instanceof Content.Conversation good && rejected instanceof Content.Conversation bad) {
            int length = CommonPrompt.length(good.messages(), bad.messages());
            Content prompt = new Content.Conversation(good.messages().subList(0, length));
            return pair(source, prompt, rest(good, length), prompt, rest(bad, length), margin);
        }
        throw mixed("chosen", "rejected");
    }

    private static Content rest(Content.Text text, int from) {
        return new Content.Text(text.text().substring(from));
    }

    private static Content rest(Content.Conversation talk, int from) {
        return new Content.Conversation(
                talk.messages().subList(from, talk.messages().size()));
    }

    private static Example dialogues(Source source, String chosen, String rejected, @Nullable Double margin)
            throws Columns.Unreadable {
        Dialogue good = Dialogue.of("chosen", chosen);
        Dialogue bad = Dialogue.of("rejected", rejected);
        if (!good.prompt().equals(bad.prompt())) {
            throw new Columns.Unreadable(
                    Flaw.PROMPTS_DIFFER, "chosen and rejected must share everything before their last answer");
        }
        Content prompt = new Content.Text(good.prompt());
        return pair(source, prompt, new Content.Text(good.answer()), prompt, new Content.Text(bad.answer()), margin);
    }

    private static Example unpaired(Source source, Columns row) throws Columns.Unreadable {
        boolean desirable = row.flag("label");
        if (!row.has("messages")) {
            return completion(source, row.content("prompt"), row.content("completion"), desirable);
        }
        List<Message> messages = row.messages("messages");
        int last = Math.max(0, messages.size() - 1);
        return completion(
                source,
                new Content.Conversation(messages.subList(0, last)),
                new Content.Conversation(messages.subList(last, messages.size())),
                desirable);
    }

    private static Example plain(Source source, Content text) throws Columns.Unreadable {
        requireAnswer(text, "the row");
        return new Example.Plain(source, text);
    }

    private static Example completion(Source source, Content prompt, Content completion, @Nullable Boolean desirable)
            throws Columns.Unreadable {
        requireSameKind(prompt, completion, "prompt", "completion");
        requireAnswer(completion, "completion");
        return new Example.Completion(source, prompt, completion, desirable);
    }

    private static Example pair(
            Source source,
            Content promptOfChosen,
            Content chosen,
            Content promptOfRejected,
            Content rejected,
            @Nullable Double margin)
            throws Columns.Unreadable {
        requireSameKind(promptOfChosen, chosen, "prompt", "chosen");
        requireSameKind(promptOfRejected, rejected, "prompt", "rejected");
        requireSameKind(chosen, rejected, "chosen", "rejected");
        if (promptOfChosen.equals(promptOfRejected)) {
            requireDifferent(chosen, rejected);
        }
        requireAnswer(chosen, "chosen");
        requireAnswer(rejected, "rejected");
        return new Example.Pair(source, promptOfChosen, chosen, promptOfRejected, rejected, margin);
    }

    private static void requireDifferent(Content chosen, Content rejected) throws Columns.Unreadable {
        if (chosen.equals(rejected)) {
            throw new Columns.Unreadable(Flaw.EQUAL_SIDES, "chosen and rejected must differ, got the same twice");
        }
    }

    private static void requireSameKind(Content first, Content second, String firstName, String secondName)
            throws Columns.Unreadable {
        if (first instanceof Content.Text != second instanceof Content.Text) {
            throw mixed(firstName, secondName);
        }
    }

    private static Columns.Unreadable mixed(String first, String second) {
        return new Columns.Unreadable(
                Flaw.WRONG_TYPE, first + " and " + second + " must be both strings or both lists of messages");
    }

    /// An answer must say something, and in a conversation the assistant must say it.
    private static void requireAnswer(Content content, String name) throws Columns.Unreadable {
        switch (content) {
            case Content.Text text -> requireWords(text.text(), name);
            case Content.Conversation talk -> requireAssistant(talk.messages(), name);
        }
    }

    private static void requireAssistant(List<Message> messages, String name) throws Columns.Unreadable {
        if (messages.isEmpty()) {
            throw new Columns.Unreadable(Flaw.EMPTY_COMPLETION, name + " must hold a message, got none");
        }
        boolean answered = false;
        for (Message message : messages) {
            if (message.role().equals("assistant")) {
                requireWords(message.content(), name);
                answered = true;
            }
        }
        if (!answered) {
            throw new Columns.Unreadable(Flaw.NO_ANSWER, name + " must hold a turn of the assistant, got none");
        }
    }

    private static void requireWords(String text, String name) throws Columns.Unreadable {
        if (text.isBlank()) {
            throw new Columns.Unreadable(
                    Flaw.EMPTY_COMPLETION, name + " must say something, got nothing but white space");
        }
    }
}
