package dev.poise.train;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A loss or gradient that is not a finite number. Training stops; nothing was changed by the step that met it.
public final class NonFiniteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private NonFiniteException(String message) {
        super(message);
    }

    /// @param term what is not finite
    /// @param value what it is
    /// @param rows the rows it was computed from
    static NonFiniteException of(String term, double value, List<TrainingRow> rows) {
        return new NonFiniteException(term + " must be finite, got " + value + "; rows " + sources(rows));
    }

    /// A loss, with the summed log-probabilities or the scores it was computed from.
    static NonFiniteException ofLoss(double value, Measured measured) {
        String read = measured.scored() ? "scores " : "log-probabilities ";
        return new NonFiniteException("loss must be finite, got " + value + "; " + read
                + Arrays.toString(measured.sums()) + "; rows " + sources(measured.rows()));
    }

    /// The same, saying when it was met.
    NonFiniteException at(String when) {
        return new NonFiniteException(when + ": " + getMessage());
    }

    private static String sources(List<TrainingRow> rows) {
        return rows.stream().map(row -> row.encoded().source().toString()).collect(Collectors.joining(", "));
    }
}
