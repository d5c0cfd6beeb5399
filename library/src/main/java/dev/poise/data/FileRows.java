package dev.poise.data;

import java.nio.file.Path;
import java.util.Optional;

/// The rows of one file, one at a time.
sealed interface FileRows extends AutoCloseable permits JsonRows, ParquetRows {

    /// Opens a file by what its name says it is.
    ///
    /// @param maxBytes longer rows are bad rows
    /// @throws DataException when it cannot be read
    static FileRows open(Path file, int maxBytes) {
        return file.toString().endsWith(".parquet") ? new ParquetRows(file, maxBytes) : new JsonRows(file, maxBytes);
    }

    /// The next row; blank lines are none.
    ///
    /// @throws DataException when the rest of the file cannot be read
    Optional<RawRow> next();

    @Override
    void close();
}
