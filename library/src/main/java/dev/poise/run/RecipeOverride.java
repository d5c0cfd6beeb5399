package dev.poise.run;

import dev.poise.run.Problem.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// One key of a recipe set from outside, as the command line does with `--train.learning_rate 1e-6`.
///
/// The value is edited into the recipe before anything is checked, so it gets the checks of one that was written
/// there. Numbers index lists, and the first index past the end appends: `--objective.1.type mle`.
///
/// @param key dotted key without dashes
/// @param value a number, a word, quoted text, or a `[list]` or `{section: 1}` in brackets, as YAML writes them.
///     Anything else is the text it is, so that no path needs quoting
public record RecipeOverride(String key, String value) {

    private static final Pattern INDEX = Pattern.compile("\\d{1,6}");

    /// `document` with this value in it; `document` itself when that is impossible, which is then reported.
    Yaml applyTo(Yaml document, Diagnosis diagnosis) {
        List<String> path = List.of(key.split("\\.", -1));
        return parsedValue(diagnosis)
                .map(parsed -> set(document, path, parsed, diagnosis))
                .orElse(document);
    }

    private Optional<Yaml> parsedValue(Diagnosis diagnosis) {
        String stripped = value.strip();
        if (stripped.isEmpty() || "[{\"'".indexOf(stripped.charAt(0)) < 0) {
            return Optional.of(new Yaml.Scalar(Place.ofFlag(key), stripped, true));
        }
        return YamlReader.readFlag(key, stripped, diagnosis);
    }

    private Yaml set(Yaml node, List<String> path, Yaml leaf, Diagnosis diagnosis) {
        if (path.isEmpty()) {
            return leaf;
        }
        return switch (node) {
            case Yaml.Mapping mapping -> setEntry(mapping, path, leaf, diagnosis);
            case Yaml.Sequence sequence -> setItem(sequence, path, leaf, diagnosis);
            case Yaml.Scalar scalar -> {
                if (scalar.isNull()) {
                    yield set(container(path), path, leaf, diagnosis);
                }
                diagnosis.problem(
                        Place.ofFlag(key),
                        key,
                        "must lead to a key, got " + scalar.shown() + " (at " + scalar.place() + ") where "
                                + path.getFirst() + " is looked for");
                yield scalar;
            }
        };
    }

    private Yaml setEntry(Yaml.Mapping mapping, List<String> path, Yaml leaf, Diagnosis diagnosis) {
        SequencedMap<String, Yaml.Mapping.Entry> entries = new LinkedHashMap<>(mapping.entries());
        Yaml.Mapping.Entry old = entries.get(path.getFirst());
        List<String> rest = path.subList(1, path.size());
        Yaml child = old == null ? container(rest) : old.value();
        Place place = old == null || rest.isEmpty() ? Place.ofFlag(key) : old.place();
        entries.put(path.getFirst(), new Yaml.Mapping.Entry(place, set(child, rest, leaf, diagnosis)));
        return new Yaml.Mapping(mapping.place(), entries);
    }

    private Yaml setItem(Yaml.Sequence sequence, List<String> path, Yaml leaf, Diagnosis diagnosis) {
        int size = sequence.items().size();
        String step = path.getFirst();
        if (!INDEX.matcher(step).matches() || Integer.parseInt(step) > size) {
            diagnosis.problem(
                    Place.ofFlag(key),
                    key,
                    "must index the list with a number from 0 to " + size + ", which appends, got " + step);
            return sequence;
        }
        int index = Integer.parseInt(step);
        List<Yaml> items = new ArrayList<>(sequence.items());
        List<String> rest = path.subList(1, path.size());
        if (index == size) {
            items.add(container(rest));
        }
        items.set(index, set(items.get(index), rest, leaf, diagnosis));
        return new Yaml.Sequence(sequence.place(), items);
    }

    /// What can hold the first step of `path` where nothing is there yet.
    private Yaml container(List<String> path) {
        Place flag = Place.ofFlag(key);
        return !path.isEmpty() && INDEX.matcher(path.getFirst()).matches()
                ? new Yaml.Sequence(flag, List.of())
                : Yaml.Mapping.empty(flag);
    }
}
