package dev.poise.monitor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// What the monitors showed at one step.
///
/// @param step optimiser steps done
/// @param values by metric name; a value may be NaN or infinite, which is itself a finding
public record Reading(long step, SequencedMap<String, Double> values) {

    public Reading {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// A metric's value; nothing where it was not read or is not finite.
    public OptionalDouble finite(String metric) {
        Double value = values.get(metric);
        return value != null && Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
}
