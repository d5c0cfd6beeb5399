package dev.poise.objective;

/// A formula that cannot be read.
public final class ExpressionException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /// @param column of the character that is wrong, from 1
    /// @param message what must be there and what is
    ExpressionException(int column, String message) {
        super("column " + column + ": " + message);
    }
}
