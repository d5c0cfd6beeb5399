package dev.poise.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;

/// Copies some rows of data files as they are, whatever their shape.
public final class RowCopy {

    private RowCopy() {}

    /// Writes the rows with the given sources, one JSON object a line, in the order of files and lines.
    ///
    /// @param paths files or folders
    /// @param kept where the rows stand that are copied
    /// @param target ends in `.jsonl` or `.jsonl.gz`; replaced if it is there, whole or not at all
    /// @return how many rows were written
    /// @throws DataException when a file cannot be read or written, or the target is one of those that are read
    public static long write(List<Path> paths, Set<Source> kept, Path target) {
        boolean compressed = target.toString().endsWith(".jsonl.gz");
        if (!compressed && !target.toString().endsWith(".jsonl")) {
            throw new DataException(target, "must end in .jsonl or .jsonl.gz");
        }
        List<Path> files = paths.stream()
                .flatMap(path -> DataFiles.of(path).read().stream())
                .toList();
        Path unfinished = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            for (Path file : files) {
                if (Files.exists(target) && Files.isSameFile(file, target)) {
                    throw new DataException(target, "must not be one of the files that are read");
                }
            }
            long written = 0;
            try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(unfinished));
                    OutputStream output = compressed ? new GZIPOutputStream(bytes) : bytes) {
                for (Path file : files) {
                    written += copy(file, kept, output);
                }
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return written;
        } catch (IOException e) {
            throw new DataException(target, "cannot be written (" + e.getMessage() + ")", e);
        }
    }

    private static long copy(Path file, Set<Source> kept, OutputStream output) throws IOException {
        long written = 0;
        try (FileRows rows = FileRows.open(file, Reading.MAX_ROW_BYTES)) {
            for (Optional<RawRow> row = rows.next(); row.isPresent(); row = rows.next()) {
                if (row.get() instanceof RawRow.Parsed(Source source, JsonNode columns, String text)
                        && kept.contains(source)) {
                    // A row of an array may be spread over lines: then it is written anew.
                    String line = text.indexOf('\n') < 0 && text.indexOf('\r') < 0 ? text : columns.toString();
                    output.write((line.strip() + "\n").getBytes(StandardCharsets.UTF_8));
                    written++;
                }
            }
        }
        return written;
    }
}
