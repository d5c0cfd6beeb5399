package dev.poise.run;

import dev.poise.run.Problem.Place;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/// A YAML document as recipes need it: three kinds of node, each with the place where it was written.
sealed interface Yaml {

    /// Where it starts.
    Place place();

    /// The node as an error message shows it.
    String shown();

    /// Whether nothing is there.
    default boolean isNull() {
        return false;
    }

    /// A single value, still as text.
    ///
    /// @param plain whether it was written without quotes and so may be a number, true, false or null
    record Scalar(Place place, String text, boolean plain) implements Yaml {

        private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,4})?");
        private static final Set<String> NULLS = Set.of("", "~", "null");

        @Override
        public boolean isNull() {
            return plain && NULLS.contains(text);
        }

        /// The number that it is. YAML's core schema would read 1e-6 as text; here it is what its writer meant.
        Optional<Double> number() {
            return plain && NUMBER.matcher(text).matches() ? Optional.of(Double.valueOf(text)) : Optional.empty();
        }

        /// The whole number that it is, if it is one and fits in 64 bits; 8e3 is one.
        Optional<Long> wholeNumber() {
            if (number().isEmpty()) {
                return Optional.empty();
            }
            BigDecimal value = new BigDecimal(text);
            boolean whole = value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
            boolean fits = value.precision() - value.scale() <= 19
                    && value.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
            return whole && fits ? Optional.of(value.longValueExact()) : Optional.empty();
        }

        /// The truth value that it is.
        Optional<Boolean> flag() {
            return switch (plain ? text : "") {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
            };
        }

        @Override
        public String shown() {
            if (isNull()) {
                return "null";
            }
            if (number().isPresent() || flag().isPresent()) {
                return text;
            }
            return RecipeText.shown(text);
        }
    }

    /// A list.
    record Sequence(Place place, List<Yaml> items) implements Yaml {

        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /// Keys and values, in the order written.
    record Mapping(Place place, SequencedMap<String, Entry> entries) implements Yaml {

        /// @param place where the key stands
        record Entry(Place place, Yaml value) {}

        public Mapping {
            entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
        }

        static Mapping empty(Place place) {
            return new Mapping(place, new LinkedHashMap<>());
        }

        @Override
        public String shown() {
            return "a section";
        }
    }
}
