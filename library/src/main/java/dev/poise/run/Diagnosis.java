package dev.poise.run;

import dev.poise.run.Problem.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/// Collects what is wrong with a recipe while it is bound, so that all of it is reported at once.
final class Diagnosis {

    private static final Comparator<Problem> READING_ORDER = Comparator.comparing(
                    (Problem problem) -> problem.place().isFlag())
            .thenComparingInt(problem -> problem.place().line())
            .thenComparingInt(problem -> problem.place().column());

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();
    private final SequencedSet<String> legalKeys = new LinkedHashSet<>();
    private final List<String> unknownKeys = new ArrayList<>();

    /// @param name the recipe's file, whose start stands in for the place of what is missing
    Diagnosis(String name) {
        places.put("", new Place(name, 1, 1));
    }

    /// Remembers where a key's value was written.
    void found(String key, Place place) {
        places.put(key, place);
    }

    /// Remembers a key that a recipe may have.
    void legal(String key) {
        legalKeys.add(key);
    }

    /// A key that no one asked for. What it may have been meant to be is found out when all legal keys are known.
    void unknown(String key, Place place) {
        found(key, place);
        unknownKeys.add(key);
    }

    void problem(Place place, String key, String message) {
        problems.add(new Problem(place, key, message));
    }

    /// Reports a problem where the key was written or, where it is missing, at the section that should hold it.
    void problem(String key, String message) {
        String holder = key;
        Place place = places.get(holder);
        while (place == null) {
            holder = parent(holder);
            place = places.get(holder);
        }
        problem(place, key, message);
    }

    /// Whether nothing is wrong with these keys so far, so that it makes sense to compare their values.
    boolean sound(String... keys) {
        List<String> asked = List.of(keys);
        return problems.stream().noneMatch(problem -> asked.contains(problem.key()));
    }

    /// @throws RecipeException when anything is wrong
    void check() {
        for (String key : unknownKeys) {
            problem(
                    key,
                    "is not a key"
                            + meant(key)
                                    .map(other -> ", did you mean " + other + "?")
                                    .orElse("") + siblings(key));
        }
        unknownKeys.clear();
        if (!problems.isEmpty()) {
            throw new RecipeException(problems.stream().sorted(READING_ORDER).toList());
        }
    }

    /// The legal key that is least different: a slip of the pen, or the right name in the wrong section.
    private Optional<String> meant(String unknown) {
        return legalKeys.stream()
                .filter(key -> difference(unknown, key) <= 1 + last(unknown).length() / 4)
                .min(Comparator.comparingInt(key -> difference(unknown, key)));
    }

    private static int difference(String unknown, String key) {
        int elsewhere = parent(unknown).equals(parent(key)) ? 0 : 1;
        return EditDistance.between(last(unknown), last(key)) + elsewhere;
    }

    private String siblings(String unknown) {
        String keys = legalKeys.stream()
                .filter(key -> parent(key).equals(parent(unknown)))
                .map(Diagnosis::last)
                .collect(Collectors.joining(", "));
        return keys.isEmpty() ? "" : "; legal keys: " + keys;
    }

    private static String parent(String key) {
        return key.substring(0, Math.max(key.lastIndexOf('.'), 0));
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }
}
