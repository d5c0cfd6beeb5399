package dev.poise.tokenize;

import java.nio.file.Path;

/// A tokenizer's files that cannot be used: which file, and what is wrong with it.
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param file the file or directory at fault
    /// @param problem what is wrong, as `must be X, got Y` where that fits
    public TokenizerException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /// @param file the file or directory at fault
    /// @param problem what is wrong
    /// @param cause what reported it first
    public TokenizerException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
