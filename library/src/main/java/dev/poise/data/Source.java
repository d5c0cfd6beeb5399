package dev.poise.data;

import java.nio.file.Path;

/// Where an example was read.
///
/// @param file the file
/// @param line one-based line of a line-oriented file, element of a JSON array, or row of a Parquet file
public record Source(Path file, long line) {

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
