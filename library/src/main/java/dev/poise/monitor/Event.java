package dev.poise.monitor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Something that happened in a run, as opposed to a number that was read: a line of its own in `metrics.jsonl`.
///
/// @param step optimiser steps done
/// @param kind what sort of thing
/// @param name the symptom's id, the rule, or the metric that it is about
/// @param since the step from which on it was so; `step` itself where it has no length
/// @param title two or three words
/// @param happened what was seen, with its numbers
/// @param meaning what it usually means; empty where `happened` says all
/// @param advice what to try; empty where there is nothing to do
public record Event(
        long step, Kind kind, String name, long since, String title, String happened, String meaning, String advice) {

    /// The key whose presence tells an event's line from one of numbers.
    public static final String KEY = "event";

    private static final List<String> TEXTS = List.of("name", "title", "happened", "meaning", "advice");

    /// What sorts there are.
    public enum Kind {
        /// A symptom has lasted for as long as its patience.
        ALARM,
        /// It is over.
        CLEAR,
        /// A stop rule ends the run.
        STOP,
        /// The governor has changed a weight.
        GOVERNOR,
        /// A monitor is at its best so far, and the policy is kept.
        BEST
    }

    /// A metric was better than ever.
    public static Event best(long step, String metric, double value) {
        String happened = String.format(
                Locale.ROOT, "%s is %.4g, the best so far: this policy is kept in checkpoint-%d.", metric, value, step);
        return new Event(step, Kind.BEST, metric, step, "Best so far", happened, "", "");
    }

    /// The line's values, step aside.
    public SequencedMap<String, Object> values() {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        values.put(KEY, kind.name().toLowerCase(Locale.ROOT));
        values.put("name", name);
        values.put("since", since);
        values.put("title", title);
        values.put("happened", happened);
        values.put("meaning", meaning);
        values.put("advice", advice);
        return values;
    }

    /// The event of a line's values; nothing where they are not those of one that this version knows.
    public static Optional<Event> of(long step, Map<String, Object> values) {
        Optional<Kind> kind = List.of(Kind.values()).stream()
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(values.get(KEY)))
                .findFirst();
        boolean whole = TEXTS.stream().allMatch(key -> values.get(key) instanceof String);
        if (kind.isEmpty() || !whole || !(values.get("since") instanceof Number since)) {
            return Optional.empty();
        }
        List<String> texts = TEXTS.stream().map(key -> (String) values.get(key)).toList();
        return Optional.of(new Event(
                step,
                kind.get(),
                texts.get(0),
                since.longValue(),
                texts.get(1),
                texts.get(2),
                texts.get(3),
                texts.get(4)));
    }

    /// What a terminal shows, a line each.
    public List<String> lines() {
        return switch (kind) {
            case ALARM ->
                List.of(
                        "alarm: step " + step + (since < step ? ", since step " + since : "") + ": " + title + " ("
                                + name + ")",
                        "       " + happened,
                        "       It usually means: " + meaning,
                        "       What to try: " + advice);
            case CLEAR -> List.of("clear: step " + step + ": " + title + " (" + name + "): " + happened);
            case STOP -> List.of("stop: step " + step + ": " + happened);
            case GOVERNOR -> List.of("governor: step " + step + ": " + happened);
            case BEST -> List.of("best: step " + step + ": " + happened);
        };
    }
}
