package dev.poise.run;

import dev.poise.data.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The shapes of data, for what recipes' problems say of them.
final class Shapes {

    private Shapes() {}

    /// Those of some kinds, as a recipe writes them.
    static String words(Shape.Kind... kinds) {
        return Arrays.stream(Shape.values())
                .filter(shape -> Arrays.asList(kinds).contains(shape.kind()))
                .map(shape -> shape.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" | "));
    }
}
