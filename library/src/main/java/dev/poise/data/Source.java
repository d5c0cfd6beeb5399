package dev.poise.data;

import java.nio.file.Path;

/// Where an example was read.
///
/// @param file the file
/// @param line one-based line of a line-oriented file, one-based element of a JSON array
public record Source(Path file, long line) {

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
