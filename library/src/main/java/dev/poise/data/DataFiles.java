package dev.poise.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The files that a path names.
///
/// @param read the files of examples, in the order they are read
/// @param ignored files of a folder that are of no known kind; hidden ones are not told
public record DataFiles(List<Path> read, List<Path> ignored) {

    private static final List<String> SUFFIXES = List.of(".jsonl", ".json", ".jsonl.gz", ".json.gz");

    /// One file, or all files below a folder in the order of their relative names, whatever the file system's order
    /// is.
    ///
    /// @throws DataException when there is no such path or it names no file of examples
    public static DataFiles of(Path path) {
        if (Files.isRegularFile(path)) {
            if (!isKnown(path)) {
                throw new DataException(path, "must end in one of " + String.join(", ", SUFFIXES));
            }
            return new DataFiles(List.of(path), List.of());
        }
        if (!Files.isDirectory(path)) {
            throw new DataException(path, "must be a file or a folder, and nothing is there");
        }
        List<Path> files = below(path);
        List<Path> known = files.stream().filter(DataFiles::isKnown).toList();
        if (known.isEmpty()) {
            throw new DataException(
                    path, "holds no rows: no file below it ends in one of " + String.join(", ", SUFFIXES));
        }
        return new DataFiles(
                known, files.stream().filter(file -> !isKnown(file)).toList());
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !isHidden(folder.relativize(file)))
                    .sorted(Comparator.comparing(
                            file -> folder.relativize(file).toString().replace('\\', '/')))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(folder, "cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    static boolean isKnown(Path file) {
        return SUFFIXES.stream().anyMatch(file.toString()::endsWith);
    }
}
