package dev.poise.data;

import dev.poise.data.Columns.Unreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Several completions of one prompt, and how good each is.
///
/// @param names of the completions, for messages
/// @param answers what was answered
/// @param goodness of each, larger for better
record Ranked(List<String> names, List<JsonNode> answers, double[] goodness) {

    /// Columns that hold several answers.
    static final List<String> LISTS = List.of("completions", "responses", "answers");

    private static final List<String> ANSWERS =
            List.of("completion", "response", "answer", "output", "text", "content", "messages");

    /// A measure of how good a completion is.
    ///
    /// @param inner its name within a completion
    /// @param outer its name beside the completions, of a list
    /// @param sign -1 where smaller is better
    private record Measure(String inner, String outer, int sign) {}

    private static final List<Measure> MEASURES = List.of(
            new Measure("rank", "ranks", -1),
            new Measure("score", "scores", 1),
            new Measure("overall_score", "overall_scores", 1),
            new Measure("reward", "rewards", 1));

    /// Whether a row holds completions in an order.
    static boolean isOrdered(Columns row) {
        return measure(row).isPresent();
    }

    private static Optional<Measure> measure(Columns row) {
        Optional<String> list = row.first(LISTS).filter(row::isList);
        if (list.isEmpty()) {
            return Optional.empty();
        }
        JsonNode first = row.node(list.get()).path(0);
        return MEASURES.stream()
                .filter(measure -> first.has(measure.inner) || row.isList(measure.outer))
                .findFirst();
    }

    static Ranked of(Columns row) throws Unreadable {
        String list = row.first(LISTS)
                .filter(row::isList)
                .orElseThrow(() -> new Unreadable(Flaw.WRONG_TYPE, "completions must be a list"));
        Measure measure = measure(row)
                .orElseThrow(() -> new Unreadable(
                        Flaw.WRONG_TYPE, list + " must come with a rank, score, overall_score or reward each"));
        JsonNode outer = row.node(measure.outer);
        int size = row.node(list).size();
        if (outer.isArray() && outer.size() != size) {
            throw new Unreadable(
                    Flaw.WRONG_TYPE,
                    measure.outer + " must be as many as " + list + ", got " + outer.size() + " for " + size);
        }
        List<String> names = new ArrayList<>();
        List<JsonNode> answers = new ArrayList<>();
        double[] goodness = new double[size];
        for (int index = 0; index < size; index++) {
            JsonNode each = row.node(list).path(index);
            String name = list + "[" + index + "]";
            JsonNode value = outer.isArray() ? outer.path(index) : each.path(measure.inner);
            goodness[index] = measure.sign * number(value, outer.isArray() ? measure.outer : name, measure.inner);
            Optional<String> key = ANSWERS.stream().filter(each::has).findFirst();
            names.add(key.map(inner -> name + "." + inner).orElse(name));
            answers.add(key.map(each::path).orElse(each));
        }
        return new Ranked(names, answers, goodness);
    }

    private static double number(JsonNode value, String where, String name) throws Unreadable {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new Unreadable(
                    Flaw.WRONG_TYPE,
                    name + " of " + where + " must be a finite number, got "
                            + (value.isNumber() ? "another" : Columns.kind(value)));
        }
        return value.doubleValue();
    }
}
