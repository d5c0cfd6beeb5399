package dev.poise.data;

import java.util.Optional;

/// How a data set is read.
///
/// @param shape the shape of its rows; empty to detect it
/// @param ranking which pairs are made of ranked completions
/// @param maxRowBytes longer rows are bad rows; at least 1
public record Reading(Optional<Shape> shape, Ranking ranking, int maxRowBytes) {

    /// The longest row that is read unless told otherwise, in bytes.
    public static final int MAX_ROW_BYTES = 16 << 20;

    /// With everything detected.
    public static final Reading DETECTED = new Reading(Optional.empty(), Ranking.BEST_WORST);

    public Reading {
        if (maxRowBytes < 1) {
            throw new IllegalArgumentException("maxRowBytes must be at least 1, got " + maxRowBytes);
        }
    }

    /// With rows of any sensible length.
    public Reading(Optional<Shape> shape, Ranking ranking) {
        this(shape, ranking, MAX_ROW_BYTES);
    }
}
