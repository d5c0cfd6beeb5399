package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// The real models and data sets that some tests read. They are not part of the project: such a test is skipped
/// where the environment variable `POISE_DATA` does not name their folder.
public final class RealData {

    private RealData() {}

    public static Path path(String name) {
        String folder = System.getenv("POISE_DATA");
        Assumptions.assumeTrue(folder != null, "POISE_DATA is not set, so there is no " + name);
        Path path = Path.of(String.valueOf(folder), name);
        Assumptions.assumeTrue(Files.exists(path), "POISE_DATA holds no " + name);
        return path;
    }
}
