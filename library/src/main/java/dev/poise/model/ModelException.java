package dev.poise.model;

/// A model that cannot be used: its configuration asks for what is not supported, or contradicts itself.
public final class ModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param message where, what must be, what was found
    public ModelException(String message) {
        super(message);
    }

    /// @param message where, what must be, what was found
    /// @param cause what made it so
    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
