package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DigestTest {

    /// FIPS 180-2, appendix B.1.
    @Test
    void aFilesDigestIsThatOfTheStandardsExample(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("abc"), "abc");
        assertThat(Digest.ofFile(file)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void severalFilesDigestDependsOnNamesAndContentsOnly(@TempDir Path directory) throws IOException {
        Path a = Files.writeString(directory.resolve("a"), "1");
        Path b = Files.writeString(directory.resolve("b"), "2");
        Path elsewhere = Files.writeString(
                Files.createDirectory(directory.resolve("sub")).resolve("a"), "1");
        String digest = Digest.ofFiles(List.of(a, b));
        assertThat(Digest.ofFiles(List.of(b, elsewhere))).isEqualTo(digest);
        Files.writeString(b, "3");
        assertThat(Digest.ofFiles(List.of(a, b))).isNotEqualTo(digest);
    }
}
