package dev.poise.data;

import dev.poise.tokenize.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads rows of one shape.
///
/// @param shape the shape
/// @param strict whether a row that looks like another shape is refused; not where the shape was asked for by name
/// @param ranking which pairs are made of ranked completions
record ShapeReader(Shape shape, boolean strict, Ranking ranking) {

    /// Where a row of pairs says by how much the preferred answer is better; TRL's name.
    static final String MARGIN = "margin";

    /// Columns of plain text that ask something beside chosen and rejected.
    private static final List<String> ASKING = List.of("instruction", "question", "query", "input");

    /// Columns beside an instruction that it is about.
    private static final List<String> BESIDE = List.of("input", "context");

    private static final List<String> TALKS = List.of("messages", "conversations", "context");

    /// The one row that came of it, or several pairs of ranked completions.
    List<Row> read(RawRow.Parsed row) {
        return read(row, new Columns(row.columns()));
    }

    /// The columns of a row that are read; empty where no example comes of it.
    Optional<Set<String>> reads(RawRow.Parsed row) {
        Columns columns = new Columns(row.columns());
        boolean good = read(row, columns).stream().allMatch(Example.class::isInstance);
        return good ? Optional.of(columns.read()) : Optional.empty();
    }

    private List<Row> read(RawRow.Parsed row, Columns columns) {
        try {
            if (strict) {
                requireShape(new Columns(row.columns()));
            }
            return switch (shape) {
                case RANKED -> ranked(row.source(), columns);
                case JUDGED -> List.of(judged(row.source(), columns));
                case UNPAIRED -> List.of(unpaired(row.source(), columns));
                case PROMPT_PER_SIDE,
                        CONVERSATION_PER_SIDE,
                        REJECTED_RESPONSE,
                        RESPONSE_PREFERENCE,
                        SHAREGPT_PREFERENCE,
                        ALPACA_PREFERENCE,
                        PREFERENCE,
                        DIALOGUE_PREFERENCE,
                        IMPLICIT_PREFERENCE ->
                    List.of(preference(row.source(), columns).withMargin(columns.number(MARGIN)));
                case PROMPT_COMPLETION, MESSAGES, SHAREGPT, ALPACA, QUESTION_ANSWER, TEXT ->
                    List.of(answer(shape, row.source(), columns));
                case PROMPT -> List.of(new Example.Prompt(row.source(), columns.content("prompt")));
            };
        } catch (Columns.Unreadable e) {
            return List.of(new BadRow(row.source(), e.flaw(), String.valueOf(e.getMessage()), Excerpt.raw(row.text())));
        }
    }

    private void requireShape(Columns row) throws Columns.Unreadable {
        Optional<Shape> own = Recognition.shape(row);
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

    private Example.Pair preference(Source source, Columns row) throws Columns.Unreadable {
        return switch (shape) {
            case PREFERENCE -> {
                Content prompt = row.content("prompt");
                yield pair(source, prompt, row.content("chosen"), prompt, row.content("rejected"));
            }
            case PROMPT_PER_SIDE ->
                pair(
                        source,
                        row.content("prompt_chosen"),
                        row.content("chosen"),
                        row.content("prompt_rejected"),
                        row.content("rejected"));
            case CONVERSATION_PER_SIDE -> {
                boolean messages = row.has("chosen_messages") || row.has("rejected_messages");
                yield implicit(
                        source,
                        talk(row, messages ? "chosen_messages" : "chosen_conversations"),
                        talk(row, messages ? "rejected_messages" : "rejected_conversations"));
            }
            case REJECTED_RESPONSE -> rejectedResponse(source, row);
            case RESPONSE_PREFERENCE -> {
                Content prompt = askedAnyhow(row);
                yield pair(
                        source,
                        prompt,
                        answer(prompt, row.node("chosen_response"), "chosen_response"),
                        prompt,
                        answer(prompt, row.node("rejected_response"), "rejected_response"));
            }
            case SHAREGPT_PREFERENCE -> {
                Content prompt = prompt(row, row.has("conversations") ? "conversations" : "messages");
                yield pair(
                        source,
                        prompt,
                        new Content.Conversation(row.answer("chosen")),
                        prompt,
                        new Content.Conversation(row.answer("rejected")));
            }
            case ALPACA_PREFERENCE -> {
                Content prompt = asked(row, row.first(ASKING).orElse("instruction"));
                yield pair(
                        source,
                        prompt,
                        new Content.Conversation(List.of(Turns.assistant(row.text("chosen")))),
                        prompt,
                        new Content.Conversation(List.of(Turns.assistant(row.text("rejected")))));
            }
            case DIALOGUE_PREFERENCE -> dialogues(source, row.text("chosen"), row.text("rejected"));
            case IMPLICIT_PREFERENCE -> implicit(source, row.content("chosen"), row.content("rejected"));
            case RANKED,
                    JUDGED,
                    UNPAIRED,
                    PROMPT_COMPLETION,
                    MESSAGES,
                    SHAREGPT,
                    ALPACA,
                    QUESTION_ANSWER,
                    TEXT,
                    PROMPT -> throw new IllegalStateException(shape + " holds no pair of its own");
        };
    }

    /// A row with one answer.
    private static Example answer(Shape shape, Source source, Columns row) throws Columns.Unreadable {
        return switch (shape) {
            case PROMPT_COMPLETION -> completion(source, row.content("prompt"), row.content("completion"), null);
            case MESSAGES -> plain(source, talk(row, "messages"), "messages");
            case SHAREGPT -> plain(source, prompt(row, "conversations"), "conversations");
            case ALPACA -> {
                String output = row.has("output") ? "output" : "response";
                yield completion(
                        source,
                        asked(row, "instruction"),
                        new Content.Conversation(List.of(Turns.assistant(row.text(output)))),
                        null);
            }
            case QUESTION_ANSWER -> {
                QuestionAnswer names = QuestionAnswer.of(row)
                        .orElseThrow(() -> new Columns.Unreadable(
                                Flaw.OTHER_SHAPE,
                                "must hold " + Shape.QUESTION_ANSWER.columns() + ", got " + row.names()));
                Content prompt =
                        row.isList(names.question()) ? row.content(names.question()) : asked(row, names.question());
                yield completion(source, prompt, answer(prompt, row.node(names.answer()), names.answer()), null);
            }
            case TEXT -> plain(source, new Content.Text(row.text("text")), "text");
            case PROMPT_PER_SIDE,
                    CONVERSATION_PER_SIDE,
                    REJECTED_RESPONSE,
                    RESPONSE_PREFERENCE,
                    JUDGED,
                    RANKED,
                    SHAREGPT_PREFERENCE,
                    ALPACA_PREFERENCE,
                    PREFERENCE,
                    DIALOGUE_PREFERENCE,
                    IMPLICIT_PREFERENCE,
                    UNPAIRED,
                    PROMPT -> throw new IllegalStateException(shape + " holds no answer of its own");
        };
    }

    /// What a user asks in columns of plain text: history and system before it, and an input behind it on a line
    /// of its own (as LLaMA-Factory joins them).
    private static Content asked(Columns row, String question) throws Columns.Unreadable {
        List<Message> turns = new ArrayList<>();
        system(row).ifPresent(words -> turns.add(new Message("system", words)));
        if (row.has("history")) {
            int index = 0;
            for (JsonNode exchange : row.node("history").values()) {
                String where = "history[" + index++ + "]";
                if (!exchange.isArray() || exchange.size() != 2) {
                    throw new Columns.Unreadable(
                            Flaw.WRONG_TYPE,
                            where + " must be a list of a question and its answer, got " + Columns.kind(exchange));
                }
                turns.add(Turns.user(Columns.text(exchange.path(0), where + "[0]")));
                turns.add(Turns.assistant(Columns.text(exchange.path(1), where + "[1]")));
            }
        }
        String beside = question.equals("instruction") ? row.first(BESIDE).orElse("input") : "";
        Optional<String> input = beside.isEmpty() ? Optional.empty() : row.words(beside);
        String words = row.text(question);
        turns.add(Turns.user(input.isPresent() && !words.isEmpty() ? words + "\n" + input.get() : input.orElse(words)));
        return new Content.Conversation(turns, row.given());
    }

    /// What a column says to the system.
    private static Optional<String> system(Columns row) throws Columns.Unreadable {
        return row.words(row.has("system") ? "system" : "system_prompt");
    }

    /// A conversation, and what its template is told.
    private static Content.Conversation talk(Columns row, String name) throws Columns.Unreadable {
        return new Content.Conversation(row.messages(name), row.given());
    }

    /// A conversation with the row's system column as its first turn.
    private static Content.Conversation prompt(Columns row, String name) throws Columns.Unreadable {
        List<Message> turns = new ArrayList<>(row.messages(name));
        Optional<String> system = system(row);
        if (system.isPresent()) {
            if (!turns.isEmpty() && turns.getFirst().role().equals("system")) {
                throw new Columns.Unreadable(
                        Flaw.ROLE_ORDER, "system must be given once, got it as a column and as " + name + "[0]");
            }
            turns.addFirst(new Message("system", system.get()));
        }
        return new Content.Conversation(turns, row.given());
    }

    /// An answer in the form of its prompt.
    private static Content answer(Content prompt, JsonNode value, String name) throws Columns.Unreadable {
        return switch (prompt) {
            case Content.Text _ when value.isString() -> new Content.Text(Columns.text(value, name));
            case Content.Text _ -> new Content.Conversation(Turns.answer(value, name));
            case Content.Conversation _ -> new Content.Conversation(Turns.answer(value, name));
        };
    }

    private static Example.Pair rejectedResponse(Source source, Columns row) throws Columns.Unreadable {
        if (!row.has("messages")) {
            Content prompt = asked(row, "query");
            return pair(
                    source,
                    prompt,
                    new Content.Conversation(List.of(Turns.assistant(row.text("response")))),
                    prompt,
                    new Content.Conversation(row.answer("rejected_response")));
        }
        Content.Conversation talk = talk(row, "messages");
        if (row.has("rejected_messages")) {
            return implicit(source, talk, talk(row, "rejected_messages"));
        }
        int last = lastAnswer(talk.messages(), "messages");
        Content prompt = new Content.Conversation(talk.messages().subList(0, last), talk.given());
        return pair(
                source, prompt, rest(talk, last), prompt, new Content.Conversation(row.answer("rejected_response")));
    }

    private static int lastAnswer(List<Message> messages, String name) throws Columns.Unreadable {
        if (messages.isEmpty() || !messages.getLast().role().equals("assistant")) {
            throw new Columns.Unreadable(
                    messages.isEmpty() ? Flaw.EMPTY_COMPLETION : Flaw.NO_ANSWER,
                    name + " must end with a turn of the assistant, got "
                            + (messages.isEmpty() ? "none" : messages.getLast().role()));
        }
        return messages.size() - 1;
    }

    /// AlpacaEval's judgements: 1 where the first output wins, 2 where the second does; in between, how sure the
    /// judge is. 0 and 1.5 are ties.
    private static Row judged(Source source, Columns row) throws Columns.Unreadable {
        if (!row.has("preference")) {
            return new Undecided(source, "preference is null: nobody judged");
        }
        JsonNode preference = row.node("preference");
        double value = preference.isNumber() ? preference.doubleValue() : Double.NaN;
        if (!(value >= 1 && value <= 2) && value != 0) {
            throw new Columns.Unreadable(
                    Flaw.WRONG_TYPE,
                    "preference must be from 1 to 2, or 0 for a tie, got "
                            + (preference.isNumber() ? preference.toString() : Columns.kind(preference)));
        }
        if (value == 0 || value == 1.5) {
            return new Undecided(source, "preference is a tie");
        }
        Content prompt = asked(row, "instruction");
        String better = value < 1.5 ? "output_1" : "output_2";
        String worse = value < 1.5 ? "output_2" : "output_1";
        return pair(
                        source,
                        prompt,
                        answer(prompt, row.node(better), better),
                        prompt,
                        answer(prompt, row.node(worse), worse))
                .withMargin(row.number(MARGIN));
    }

    private List<Row> ranked(Source source, Columns row) throws Columns.Unreadable {
        Ranked ranked = Ranked.of(row);
        Content prompt = askedAnyhow(row);
        List<Row> pairs = new ArrayList<>();
        for (Ranking.Sides sides : ranking.pairs(ranked.goodness())) {
            pairs.add(pair(
                    source,
                    prompt,
                    answer(
                            prompt,
                            ranked.answers().get(sides.better()),
                            ranked.names().get(sides.better())),
                    prompt,
                    answer(
                            prompt,
                            ranked.answers().get(sides.worse()),
                            ranked.names().get(sides.worse()))));
        }
        if (pairs.isEmpty()) {
            pairs.add(new Undecided(source, "all " + ranked.goodness().length + " completions rank alike"));
        }
        return pairs;
    }

    private static Content askedAnyhow(Columns row) throws Columns.Unreadable {
        if (row.has("prompt")) {
            return row.content("prompt");
        }
        Optional<String> turns = row.first(TALKS).filter(row::isList);
        if (turns.isPresent()) {
            return prompt(row, turns.get());
        }
        return asked(
                row, row.first(List.of("instruction", "question", "context")).orElse("prompt"));
    }

    private static Example.Pair implicit(Source source, Content chosen, Content rejected) throws Columns.Unreadable {
        requireDifferent(chosen, rejected);
        if (chosen instanceof Content.Text good && rejected instanceof Content.Text bad) {
            int length = CommonPrompt.length(good.text(), bad.text());
            Content prompt = new Content.Text(good.text().substring(0, length));
            return sides(source, prompt, rest(good, length), prompt, rest(bad, length));
        }
        if (chosen instanceof Content.Conversation good && rejected instanceof Content.Conversation bad) {
            int length = CommonPrompt.length(good.messages(), bad.messages());
            Content prompt = new Content.Conversation(good.messages().subList(0, length), good.given());
            return sides(source, prompt, rest(good, length), prompt, rest(bad, length));
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

    private static Example.Pair dialogues(Source source, String chosen, String rejected) throws Columns.Unreadable {
        Dialogue good = Dialogue.of("chosen", chosen);
        Dialogue bad = Dialogue.of("rejected", rejected);
        if (!good.prompt().equals(bad.prompt())) {
            throw new Columns.Unreadable(
                    Flaw.PROMPTS_DIFFER, "chosen and rejected must share everything before their last answer");
        }
        Content prompt = new Content.Text(good.prompt());
        return pair(source, prompt, new Content.Text(good.answer()), prompt, new Content.Text(bad.answer()));
    }

    private static Example unpaired(Source source, Columns row) throws Columns.Unreadable {
        boolean desirable = label(row);
        Shape answered = Recognition.answered(row)
                .orElseThrow(() -> new Columns.Unreadable(
                        Flaw.OTHER_SHAPE, "must hold one answer beside its label, got " + row.names()));
        if (answered == Shape.MESSAGES || answered == Shape.SHAREGPT) {
            Content.Conversation talk =
                    answered == Shape.MESSAGES ? talk(row, "messages") : prompt(row, "conversations");
            int last = lastAnswer(talk.messages(), answered.key());
            Content prompt = new Content.Conversation(talk.messages().subList(0, last), talk.given());
            return completion(source, prompt, rest(talk, last), desirable);
        }
        Example one = answer(answered, source, row);
        if (one instanceof Example.Completion(Source _, Content prompt, Content completion, Boolean _)) {
            return new Example.Completion(source, prompt, completion, desirable);
        }
        throw new IllegalStateException(answered + " holds no single answer");
    }

    private static boolean label(Columns row) throws Columns.Unreadable {
        if (row.has("label") && row.has("kto_tag")) {
            throw new Columns.Unreadable(Flaw.WRONG_TYPE, "must be labelled once, got label and kto_tag");
        }
        Optional<String> flag = row.first(List.of("label", "kto_tag"));
        if (flag.isPresent()) {
            return row.flag(flag.get());
        }
        return switch (row.text("preference")) {
            case "chosen" -> true;
            case "rejected" -> false;
            case String other ->
                throw new Columns.Unreadable(
                        Flaw.WRONG_TYPE, "preference must be chosen or rejected, got " + Excerpt.quoted(other));
        };
    }

    /// A text or conversation of which all that the assistant says is trained.
    private static Example.Plain plain(Source source, Content text, String name) throws Columns.Unreadable {
        requireAnswer(text, name);
        if (text instanceof Content.Conversation talk) {
            requireSystemFirst(talk.messages(), name);
            Turns.requireEvenWeights(talk.messages(), name);
        }
        return new Example.Plain(source, text);
    }

    private static Example completion(Source source, Content prompt, Content completion, @Nullable Boolean desirable)
            throws Columns.Unreadable {
        requireSameKind(prompt, completion, "prompt", "completion");
        requireAnswer(completion, "completion");
        requireTrainable(prompt, completion, "completion");
        requireReply(prompt, completion, "completion");
        return new Example.Completion(source, prompt, completion, desirable);
    }

    /// A pair whose prompt the row names.
    private static Example.Pair pair(
            Source source, Content promptOfChosen, Content chosen, Content promptOfRejected, Content rejected)
            throws Columns.Unreadable {
        Example.Pair pair = sides(source, promptOfChosen, chosen, promptOfRejected, rejected);
        requireReply(promptOfChosen, chosen, "chosen");
        requireReply(promptOfRejected, rejected, "rejected");
        return pair;
    }

    private static Example.Pair sides(
            Source source, Content promptOfChosen, Content chosen, Content promptOfRejected, Content rejected)
            throws Columns.Unreadable {
        requireSameKind(promptOfChosen, chosen, "prompt", "chosen");
        requireSameKind(promptOfRejected, rejected, "prompt", "rejected");
        requireSameKind(chosen, rejected, "chosen", "rejected");
        if (promptOfChosen.equals(promptOfRejected)) {
            requireDifferent(chosen, rejected);
        }
        requireAnswer(chosen, "chosen");
        requireAnswer(rejected, "rejected");
        requireTrainable(promptOfChosen, chosen, "chosen");
        requireTrainable(promptOfRejected, rejected, "rejected");
        return new Example.Pair(source, promptOfChosen, chosen, promptOfRejected, rejected);
    }

    private static void requireTrainable(Content prompt, Content completion, String name) throws Columns.Unreadable {
        if (prompt instanceof Content.Conversation before && completion instanceof Content.Conversation after) {
            List<Message> all = new ArrayList<>(before.messages());
            all.addAll(after.messages());
            requireSystemFirst(all, "the conversation of " + name);
            Turns.requireEvenWeights(after.messages(), name);
        }
    }

    private static void requireSystemFirst(List<Message> messages, String name) throws Columns.Unreadable {
        for (int index = 1; index < messages.size(); index++) {
            if (messages.get(index).role().equals("system")) {
                throw new Columns.Unreadable(
                        Flaw.ROLE_ORDER, name + " must have its system turn first, got it as message " + index);
            }
        }
    }

    /// A prompt and what follows must be two turns: else a copy of the prompt, or half an answer, would be
    /// trained.
    private static void requireReply(Content prompt, Content completion, String name) throws Columns.Unreadable {
        if (!(prompt instanceof Content.Conversation before && completion instanceof Content.Conversation after)) {
            return;
        }
        String first = after.messages().getFirst().role();
        if (!first.equals("assistant")) {
            throw new Columns.Unreadable(
                    Flaw.ROLE_ORDER,
                    name + " must begin with a turn of the assistant, got " + first
                            + "; where it repeats the prompt, leave the prompt out of the row");
        }
        if (!before.messages().isEmpty() && before.messages().getLast().role().equals("assistant")) {
            throw new Columns.Unreadable(
                    Flaw.ROLE_ORDER,
                    "the prompt of " + name + " must end with a turn that is answered, got the assistant's");
        }
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
                if (!message.callsTools()) {
                    requireWords(message.content(), name);
                }
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
