package dev.poise.data;

import java.nio.file.Path;

/// Data that cannot be used: file and line, and what is wrong.
public final class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param source the row at fault
    /// @param problem what is wrong
    public DataException(Source source, String problem) {
        super(source + ": " + problem);
    }

    /// @param path the file or folder at fault
    /// @param problem what is wrong
    public DataException(Path path, String problem) {
        super(path + ": " + problem);
    }

    /// @param path the file or folder at fault
    /// @param problem what is wrong
    /// @param cause what reported it first
    public DataException(Path path, String problem, Throwable cause) {
        super(path + ": " + problem, cause);
    }
}
