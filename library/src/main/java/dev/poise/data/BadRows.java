package dev.poise.data;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.node.JsonNodeFactory;

/// Where bad rows go.
public interface BadRows extends AutoCloseable {

    /// Takes a bad row, or throws a [DataException] with its file and line.
    void accept(BadRow row);

    @Override
    void close();

    /// Stops at the first bad row.
    static BadRows stop() {
        return new BadRows() {
            @Override
            public void accept(BadRow row) {
                throw new DataException(row.source(), row.reason());
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    /// Writes bad rows to a file, one `{"file","line","reason","raw"}` a line. The file is made anew.
    static BadRows quarantine(Path file) {
        return new Quarantine(file);
    }

    /// The writer behind [#quarantine].
    final class Quarantine implements BadRows {

        private final Path file;
        private final BufferedWriter writer;

        private Quarantine(Path file) {
            this.file = file;
            try {
                Path folder = file.toAbsolutePath().getParent();
                if (folder != null) {
                    Files.createDirectories(folder);
                }
                writer = Files.newBufferedWriter(file);
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        @Override
        public void accept(BadRow row) {
            String line = JsonNodeFactory.instance
                    .objectNode()
                    .put("file", row.source().file().toString())
                    .put("line", row.source().line())
                    .put("reason", row.reason())
                    .put("raw", row.raw())
                    .toString();
            try {
                writer.write(line);
                writer.write('\n');
                // Bad rows are few, and the run may be stopped at any moment.
                writer.flush();
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        @Override
        public void close() {
            try {
                writer.close();
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        private DataException unwritable(IOException e) {
            return new DataException(file, "cannot be written (" + e.getMessage() + ")", e);
        }
    }
}
