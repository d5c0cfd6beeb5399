package dev.poise.train;

import java.util.List;
import java.util.stream.Collectors;

/// A loss or gradient that is not a finite number. Training stops; nothing was changed by the step that met it.
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param term what is not finite
    /// @param value what it is
    /// @param rows the rows it was computed from
    NonFiniteException(String term, double value, List<TrainingRow> rows) {
        super(term + " must be finite, got " + value + "; rows "
                + rows.stream().map(row -> row.encoded().source().toString()).collect(Collectors.joining(", ")));
    }
}
