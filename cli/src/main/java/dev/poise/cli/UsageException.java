package dev.poise.cli;

/// A command line that makes no sense, found where its values are used.
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param message what must be, and what was given
    UsageException(String message) {
        super(message);
    }
}
