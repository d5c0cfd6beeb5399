package dev.poise.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a data set holds, without a model: how many examples of which kind, and what cannot be used.
public final class Survey {

    /// What a row came to.
    private enum Found {
        PAIRS("pairs"),
        DESIRABLE("desirable answers"),
        UNDESIRABLE("undesirable answers"),
        ANSWERS("answers"),
        TEXTS("texts"),
        PROMPTS("prompts"),
        UNDECIDED("rows that prefer nothing"),
        BAD("bad rows");

        private final String words;

        Found(String words) {
            this.words = words;
        }
    }

    private final Map<Found, Long> found = new EnumMap<>(Found.class);
    private final Map<Flaw, Flawed> flaws = new EnumMap<>(Flaw.class);
    private long conversations;
    private long withSystem;
    private long withTools;
    private int mostTurns;
    private long longerChosen;

    /// How many rows have a flaw, and the first of them.
    private record Flawed(long count, BadRow first) {}

    private Survey() {}

    /// Reads all rows.
    ///
    /// @throws DataException where the rest of a file cannot be read
    public static Survey of(Iterator<Row> rows) {
        Survey survey = new Survey();
        rows.forEachRemaining(survey::add);
        return survey;
    }

    /// How many pairs there are.
    public long pairs() {
        return found.getOrDefault(Found.PAIRS, 0L);
    }

    /// How many examples there are, of all kinds.
    public long examples() {
        return found.entrySet().stream()
                .filter(entry -> entry.getKey() != Found.BAD && entry.getKey() != Found.UNDECIDED)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// How many rows cannot be used.
    public long bad() {
        return found.getOrDefault(Found.BAD, 0L);
    }

    private void add(Row row) {
        Found kind =
                switch (row) {
                    case BadRow bad -> {
                        flaws.merge(bad.flaw(), new Flawed(1, bad), (old, one) -> new Flawed(old.count + 1, old.first));
                        yield Found.BAD;
                    }
                    case Undecided _ -> Found.UNDECIDED;
                    case Example.Pair pair -> {
                        talk(pair.promptOfChosen(), pair.chosen());
                        longerChosen += length(pair.chosen()) > length(pair.rejected()) ? 1 : 0;
                        yield Found.PAIRS;
                    }
                    case Example.Completion one -> {
                        talk(one.prompt(), one.completion());
                        Boolean desirable = one.desirable();
                        yield desirable == null ? Found.ANSWERS : desirable ? Found.DESIRABLE : Found.UNDESIRABLE;
                    }
                    case Example.Plain plain -> {
                        talk(plain.text());
                        yield Found.TEXTS;
                    }
                    case Example.Prompt prompt -> {
                        talk(prompt.prompt());
                        yield Found.PROMPTS;
                    }
                };
        found.merge(kind, 1L, Long::sum);
    }

    private void talk(Content... parts) {
        List<Content.Conversation> talks = Stream.of(parts)
                .filter(Content.Conversation.class::isInstance)
                .map(Content.Conversation.class::cast)
                .toList();
        if (talks.isEmpty()) {
            return;
        }
        conversations++;
        List<String> roles = talks.stream()
                .flatMap(talk -> talk.messages().stream())
                .map(message -> message.role())
                .toList();
        mostTurns = Math.max(mostTurns, roles.size());
        withSystem += roles.contains("system") ? 1 : 0;
        withTools +=
                talks.stream().anyMatch(talk -> talk.given().containsKey("tools")) || roles.contains("tool") ? 1 : 0;
    }

    private static long length(Content content) {
        return switch (content) {
            case Content.Text plain -> plain.text().length();
            case Content.Conversation talk ->
                talk.messages().stream()
                        .mapToLong(message -> message.content().length())
                        .sum();
        };
    }

    /// One fact a line, for people.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        found.forEach((kind, count) -> lines.add(String.format(Locale.ROOT, "%,d %s", count, kind.words)));
        if (conversations > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%,d conversations of up to %d turns, %,d with a system turn, %,d with tools",
                    conversations,
                    mostTurns,
                    withSystem,
                    withTools));
        }
        if (pairs() > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%.1f %% of the pairs prefer the answer of more characters",
                    100.0 * longerChosen / pairs()));
        }
        flaws.forEach((flaw, rows) -> lines.add(String.format(
                Locale.ROOT,
                "%,d bad: %s; first at %s: %s",
                rows.count,
                flaw.description(),
                rows.first.source(),
                rows.first.reason())));
        return lines;
    }

    /// The same as one object.
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Found kind : Found.values()) {
            json.put(kind.name().toLowerCase(Locale.ROOT), found.getOrDefault(kind, 0L));
        }
        json.put("conversations", conversations)
                .put("with_system", withSystem)
                .put("with_tools", withTools)
                .put("most_turns", mostTurns);
        if (pairs() > 0) {
            json.put("longer_chosen_share", (double) longerChosen / pairs());
        }
        ObjectNode bad = json.putObject("flaws");
        flaws.forEach((flaw, rows) -> bad.put(flaw.name().toLowerCase(Locale.ROOT), rows.count));
        return json;
    }
}
