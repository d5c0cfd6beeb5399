package dev.poise.run;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// A mapping of a recipe while it is read: each key is asked for by its type, what is wrong with it goes to the
/// diagnosis, and a stand-in comes back so that reading goes on.
final class Section {

    private final String path;
    private final Yaml.Mapping mapping;
    private final Diagnosis diagnosis;
    private final Set<String> asked = new LinkedHashSet<>();

    private Section(String path, Yaml.Mapping mapping, Diagnosis diagnosis) {
        this.path = path;
        this.mapping = mapping;
        this.diagnosis = diagnosis;
        diagnosis.found(path, mapping.place());
    }

    /// A node that must be a section; an empty one stands in for anything else.
    static Section of(String path, Yaml node, Diagnosis diagnosis) {
        if (node instanceof Yaml.Mapping mapping) {
            return new Section(path, mapping, diagnosis);
        }
        Section empty = new Section(path, Yaml.Mapping.empty(node.place()), diagnosis);
        if (!node.isNull()) {
            diagnosis.problem(path, "must be a section of keys and values, got " + node.shown());
        }
        return empty;
    }

    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /// Whether the key has a value other than null.
    boolean has(String key) {
        return value(key).filter(value -> !value.isNull()).isPresent();
    }

    /// Whether the key has a mapping as its value.
    boolean isSection(String key) {
        return value(key).orElse(null) instanceof Yaml.Mapping;
    }

    Section section(String key) {
        Yaml missing = Yaml.Mapping.empty(mapping.place());
        return of(path(key), value(key).orElse(missing), diagnosis);
    }

    double number(String key, Interval legal, double fallback) {
        return read(key, "a number " + legal, fallback, node -> scalar(node)
                .flatMap(Yaml.Scalar::number)
                .filter(legal::contains));
    }

    /// A number that has no default; `standIn` is handed on where it is missing or wrong.
    double requiredNumber(String key, Interval legal, double standIn) {
        if (!has(key)) {
            diagnosis.problem(path(key), "must be given: a number " + legal);
            return standIn;
        }
        return number(key, legal, standIn);
    }

    /// The numbers of all keys that were not asked for, in order; what is no number is reported.
    SequencedMap<String, Double> remainingNumbers() {
        SequencedMap<String, Double> numbers = new LinkedHashMap<>();
        for (String key : mapping.entries().keySet()) {
            if (!asked.contains(key)) {
                numbers.put(key, number(key, Interval.ANY, 0));
            }
        }
        return numbers;
    }

    /// Text that has no default; nothing, reported, where it is missing or no text.
    Optional<String> word(String key, String legal) {
        if (!has(key)) {
            diagnosis.problem(path(key), "must be given: " + legal);
            return Optional.empty();
        }
        List<String> words =
                read(key, legal, List.<String>of(), node -> scalar(node).map(scalar -> List.of(scalar.text())));
        return words.stream().findFirst();
    }

    /// Texts: none, one, or a list of them.
    List<String> texts(String key, String legal) {
        return read(key, legal, List.of(), node -> {
            if (node instanceof Yaml.Sequence sequence) {
                List<String> texts = sequence.items().stream()
                        .flatMap(item -> scalar(item).stream())
                        .filter(scalar -> !scalar.isNull())
                        .map(Yaml.Scalar::text)
                        .toList();
                return Optional.of(texts)
                        .filter(all -> all.size() == sequence.items().size());
            }
            return scalar(node)
                    .map(scalar -> scalar.isNull() || scalar.text().equals("none")
                            ? List.<String>of()
                            : List.of(scalar.text()));
        });
    }

    /// The constant of that name.
    static <E extends Enum<E>> Optional<E> named(String word, E[] constants) {
        return Arrays.stream(constants)
                .filter(constant -> RecipeText.word(constant).equals(word))
                .findFirst();
    }

    /// Lets every key pass that was not asked for.
    void ignoreRest() {
        asked.addAll(mapping.entries().keySet());
    }

    int count(String key, int least, int fallback) {
        return read(key, "a whole number of at least " + least, fallback, node -> wholeNumber(node)
                .filter(value -> value >= least && value <= Integer.MAX_VALUE)
                .map(Math::toIntExact));
    }

    long wholeNumber(String key, long fallback) {
        return read(key, "a whole number", fallback, Section::wholeNumber);
    }

    /// A count that may be left open with null.
    Optional<Long> limit(String key, long least) {
        if (!has(key)) {
            return Optional.empty();
        }
        return Optional.of(read(key, "null or a whole number of at least " + least, least, node -> wholeNumber(node)
                .filter(value -> value >= least)));
    }

    boolean flag(String key, boolean fallback) {
        return read(key, "true or false", fallback, node -> scalar(node).flatMap(Yaml.Scalar::flag));
    }

    <E extends Enum<E>> E choice(String key, E[] constants, E fallback) {
        return read(key, words(constants), fallback, node -> constant(node, constants));
    }

    /// A choice with a word of its own, also the default, for none of the constants.
    <E extends Enum<E>> Optional<E> choiceOr(String none, String key, E[] constants) {
        List<E> chosen = read(key, none + " | " + words(constants), List.<E>of(), node -> {
            boolean isNone =
                    scalar(node).filter(scalar -> scalar.text().equals(none)).isPresent();
            return isNone ? Optional.of(List.of()) : constant(node, constants).map(List::of);
        });
        return chosen.stream().findFirst();
    }

    /// Some constants, each once: a list of them, or one.
    <E extends Enum<E>> List<E> choices(String key, E[] constants) {
        return read(key, "a list of " + words(constants), List.of(), node -> {
            if (!(node instanceof Yaml.Sequence sequence)) {
                return constant(node, constants).map(List::of);
            }
            List<E> chosen = sequence.items().stream()
                    .flatMap(item -> constant(item, constants).stream())
                    .toList();
            return Optional.of(chosen)
                    .filter(all -> all.size() == sequence.items().size())
                    .map(all -> all.stream().distinct().toList());
        });
    }

    /// A choice that has no default; the first constant stands in where it is missing or wrong.
    <E extends Enum<E>> E requiredChoice(String key, E[] constants) {
        if (!has(key)) {
            diagnosis.problem(path(key), "must be given: " + words(constants));
            return constants[0];
        }
        return choice(key, constants, constants[0]);
    }

    /// Text of any kind that is not empty, unquoted numbers included.
    String text(String key, String legal, String fallback, Predicate<String> isLegal) {
        return read(key, legal, fallback, node -> scalar(node)
                .filter(scalar -> !scalar.isNull())
                .map(Yaml.Scalar::text)
                .filter(isLegal));
    }

    /// A path that must come from the recipe or a flag.
    Path requiredPath(String key, String legal) {
        if (!has(key)) {
            diagnosis.problem(path(key), "must be given: " + legal + ", here or as --" + path(key));
            return Path.of("");
        }
        return read(key, legal, Path.of(""), Section::path);
    }

    /// One path or a list of them, at least one.
    List<Path> requiredPaths(String key, String legal) {
        if (value(key).orElse(null) instanceof Yaml.Sequence sequence
                && !sequence.items().isEmpty()) {
            List<Yaml> items = sequence.items();
            List<Path> paths = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                String item = path(key) + "." + i;
                Yaml node = items.get(i);
                diagnosis.found(item, node.place());
                path(node)
                        .ifPresentOrElse(
                                paths::add,
                                () -> diagnosis.problem(item, "must be " + legal + ", got " + node.shown()));
            }
            return paths;
        }
        return List.of(requiredPath(key, legal + " or a list of them"));
    }

    /// The sections of a list that holds at least one; nothing where the key is missing, none where it is wrong.
    Optional<List<Section>> sections(String key, String example) {
        return value(key).filter(node -> !node.isNull()).map(node -> {
            if (!(node instanceof Yaml.Sequence sequence) || sequence.items().isEmpty()) {
                diagnosis.problem(
                        path(key),
                        "must be a list with at least one section such as " + example + ", got " + node.shown());
                return List.of();
            }
            List<Section> sections = new ArrayList<>();
            for (int i = 0; i < sequence.items().size(); i++) {
                sections.add(of(path(key) + "." + i, sequence.items().get(i), diagnosis));
            }
            return sections;
        });
    }

    /// What `parse` makes of the key's value; `fallback` where it is missing or, reported, not `legal`.
    <T> T read(String key, String legal, T fallback, Function<Yaml, Optional<T>> parse) {
        Optional<Yaml> node = value(key);
        if (node.isEmpty()) {
            return fallback;
        }
        return parse.apply(node.get()).orElseGet(() -> {
            diagnosis.problem(
                    path(key), "must be " + legal + ", got " + node.get().shown());
            return fallback;
        });
    }

    void problem(String key, String message) {
        diagnosis.problem(path(key), message);
    }

    /// Reports the keys that nobody has asked for.
    void finish() {
        mapping.entries().forEach((key, entry) -> {
            if (!asked.contains(key)) {
                diagnosis.unknown(path(key), entry.place());
            }
        });
    }

    static Optional<Yaml.Scalar> scalar(Yaml node) {
        return node instanceof Yaml.Scalar scalar ? Optional.of(scalar) : Optional.empty();
    }

    static Optional<Path> path(Yaml node) {
        return scalar(node)
                .filter(scalar -> !scalar.isNull() && !scalar.text().isEmpty())
                .flatMap(scalar -> {
                    try {
                        return Optional.of(Path.of(scalar.text()));
                    } catch (InvalidPathException e) {
                        return Optional.empty(); // the caller reports what is not a path
                    }
                });
    }

    private static Optional<Long> wholeNumber(Yaml node) {
        return scalar(node).flatMap(Yaml.Scalar::wholeNumber);
    }

    static <E extends Enum<E>> Optional<E> constant(Yaml node, E[] constants) {
        return scalar(node).flatMap(scalar -> Arrays.stream(constants)
                .filter(constant -> RecipeText.word(constant).equals(scalar.text()))
                .findFirst());
    }

    private static <E extends Enum<E>> String words(E[] constants) {
        return Arrays.stream(constants).map(RecipeText::word).collect(Collectors.joining(" | "));
    }

    private Optional<Yaml> value(String key) {
        asked.add(key);
        diagnosis.legal(path(key));
        Optional<Yaml> value = Optional.ofNullable(mapping.entries().get(key)).map(Yaml.Mapping.Entry::value);
        value.ifPresent(node -> diagnosis.found(path(key), node.place()));
        return value;
    }
}
