package dev.poise.cli;

import dev.poise.model.GgufModel;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model as a command line names it: a directory, or a GGUF file, which is unpacked into a directory beside it when
/// it is first asked for and whenever it is newer.
final class ModelPath {

    private ModelPath() {}

    /// The directory of a named model; what is neither is left for the reader to refuse.
    static Path directory(Path named) {
        if (!Files.isRegularFile(named) || !named.toString().endsWith(".gguf")) {
            return named;
        }
        Path directory = named.resolveSibling(named.getFileName() + ".model");
        Path made = directory.resolve("config.json");
        try {
            if (!Files.exists(made)
                    || Files.getLastModifiedTime(made).compareTo(Files.getLastModifiedTime(named)) < 0) {
                AtomicWrite.directory(directory, target -> GgufModel.write(named, target));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(named + ": cannot be unpacked beside it, into " + directory, e);
        }
    }
}
