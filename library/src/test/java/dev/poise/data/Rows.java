package dev.poise.data;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/// Data files for tests.
final class Rows {

    private Rows() {}

    static Path write(Path file, String... lines) {
        return write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path file, byte[] bytes) {
        try (OutputStream plain = Files.newOutputStream(file);
                OutputStream output = file.toString().endsWith(".gz") ? new GZIPOutputStream(plain) : plain) {
            output.write(bytes);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Row> read(Path path) {
        return read(path, Optional.empty());
    }

    static List<Row> read(Path path, Optional<Shape> shape) {
        try (ExampleReader reader = ExampleReader.open(path, new Reading(shape, Ranking.BEST_WORST))) {
            List<Row> rows = new ArrayList<>();
            reader.forEachRemaining(rows::add);
            return rows;
        }
    }

    /// The one row of a file that holds this line behind a good one of the same shape.
    static Row second(Path file, String good, String line) {
        return read(write(file, good, line)).get(1);
    }
}
