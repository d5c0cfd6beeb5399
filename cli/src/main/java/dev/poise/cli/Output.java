package dev.poise.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where a command writes a directory.
final class Output {

    private Output() {}

    /// Refuses to replace what is there, before any work.
    static void requireNew(Path directory) {
        if (Files.exists(directory)) {
            throw new IllegalArgumentException(
                    directory + ": is there already; --output must be a directory that is not");
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IllegalArgumentException(
                    directory + ": must lie in a directory that is there, and " + parent + " is none");
        }
    }
}
