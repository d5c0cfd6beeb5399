package dev.poise.sentencepiece;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// The models that `make_sentencepiece.py` trained.
public final class TinyModels {

    private TinyModels() {}

    /// The content of one model's file.
    public static byte[] content(String name) {
        Path file = Path.of("src/test/resources/sentencepiece", name + ".model.gz");
        try (InputStream stream = new GZIPInputStream(Files.newInputStream(file))) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
