package dev.poise.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/// The folder of real inputs that `POISE_DATA` names.
final class RealData {

    private RealData() {}

    /// A file or folder in it. Skips the test where the variable is unset.
    static Path path(String name) {
        String folder = System.getenv().getOrDefault("POISE_DATA", "");
        assumeTrue(!folder.isEmpty(), "POISE_DATA is not set, so there are no real inputs to test on");
        return Path.of(folder).resolve(name);
    }
}
