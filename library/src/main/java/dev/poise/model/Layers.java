package dev.poise.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Which layers see through a window and which turn, from a configuration.
///
/// @param config the model's
/// @param count how many there are
record Layers(Config config, int count) {

    private static final String SLIDING = "sliding_attention";

    static Layers of(Config config) {
        return new Layers(config, config.layers("num_hidden_layers"));
    }

    /// All layers see as far as each other and turn alike.
    List<LayerType> same(int window, Rotary rotary) {
        return Collections.nCopies(count, new LayerType(window, rotary));
    }

    /// Layers of `layer_types`, or of the family's own rule where the configuration has none.
    ///
    /// @param sliding the rule: whether a layer, counted from 0, sees through a window
    /// @param ofSliding of layers with a window
    /// @param ofFull of layers without
    List<LayerType> types(IntPredicate sliding, Rotary ofSliding, Rotary ofFull) {
        boolean[] slides = slides(sliding);
        LayerType full = new LayerType(LayerType.ALL, ofFull);
        Optional<LayerType> windowed = IntStream.range(0, count).anyMatch(layer -> slides[layer])
                ? Optional.of(new LayerType(window(), ofSliding))
                : Optional.empty();
        List<LayerType> types = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            types.add(slides[layer] ? windowed.orElseThrow() : full);
        }
        return types;
    }

    private boolean[] slides(IntPredicate sliding) {
        boolean[] slides = new boolean[count];
        Optional<List<String>> named = config.texts("layer_types");
        if (named.isPresent() && named.get().size() != count) {
            throw config.problem(
                    "layer_types",
                    "must name num_hidden_layers = " + count + " layers, got "
                            + named.get().size());
        }
        for (int layer = 0; layer < count; layer++) {
            String type = named.isPresent() ? named.get().get(layer) : sliding.test(layer) ? SLIDING : "full_attention";
            if (!type.equals(SLIDING) && !type.equals("full_attention")) {
                throw config.problem("layer_types", "must be full_attention or " + SLIDING + ", got \"" + type + "\"");
            }
            slides[layer] = type.equals(SLIDING);
        }
        return slides;
    }

    /// The window that some layers must have.
    private int window() {
        if (!config.has("sliding_window")) {
            throw config.problem("sliding_window", "is missing, and layers are " + SLIDING);
        }
        return positive(config.integer("sliding_window"));
    }

    /// The window that all layers have: as the configuration says, none where it says null, else the family's own.
    int window(int otherwise) {
        if (config.has("sliding_window")) {
            return positive(config.integer("sliding_window"));
        }
        return config.isNull("sliding_window") ? LayerType.ALL : otherwise;
    }

    private int positive(int window) {
        if (window < 1) {
            throw config.problem("sliding_window", "must be at least 1, got " + window);
        }
        return window;
    }
}
