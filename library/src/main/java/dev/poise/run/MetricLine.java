package dev.poise.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// What was measured at one step, under TRL's names: `loss`, `rewards/margins`, `eval_loss`, …
///
/// @param step optimiser steps done
/// @param values by name, in the order of the file; each a number, a text or a truth value
public record MetricLine(long step, SequencedMap<String, Object> values) {

    public MetricLine {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
        values.forEach((name, value) -> {
            if (!(value instanceof Number || value instanceof String || value instanceof Boolean)) {
                throw new IllegalArgumentException(
                        "metric " + name + " must be a number, text or truth value, got " + value);
            }
        });
        if (values.containsKey(JsonLines.STEP)) {
            throw new IllegalArgumentException("metric " + JsonLines.STEP + " must be given as the line's step");
        }
    }

    /// A metric as a number, which may be NaN or infinite; nothing where the line lacks it or it is no number.
    public OptionalDouble number(String name) {
        return values.get(name) instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }
}
