package dev.poise.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicWriteTest {

    @TempDir
    private Path root;

    @Test
    void writesAndReplacesFilesAndLeavesNothingElse() throws IOException {
        Path file = root.resolve("manifest.json");
        AtomicWrite.file(file, "one".getBytes(UTF_8));
        AtomicWrite.file(file, "two".getBytes(UTF_8));
        assertThat(file).hasContent("two");
        assertThat(AtomicWrite.list(root)).containsExactly(file);
    }

    @Test
    void writesAndReplacesDirectoriesWithAllThatIsInThem() throws IOException {
        Path model = root.resolve("model");
        AtomicWrite.directory(model, directory -> {
            Files.createDirectory(directory.resolve("old"));
            Files.writeString(directory.resolve("old/weights"), "1");
        });
        AtomicWrite.directory(model, directory -> Files.writeString(directory.resolve("weights"), "2"));
        assertThat(AtomicWrite.list(root)).containsExactly(model);
        assertThat(AtomicWrite.list(model)).containsExactly(model.resolve("weights"));
        assertThat(model.resolve("weights")).hasContent("2");
    }

    @Test
    void aFillingThatFailsLeavesWhatWasThere() throws IOException {
        Path model = root.resolve("model");
        AtomicWrite.directory(model, directory -> Files.writeString(directory.resolve("weights"), "1"));
        assertThatThrownBy(() -> AtomicWrite.directory(model, directory -> {
                    Files.writeString(directory.resolve("weights"), "half");
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(AtomicWrite.list(root)).containsExactly(model);
        assertThat(model.resolve("weights")).hasContent("1");
    }

    @Test
    void theTargetIsNotThereUntilItIsWhole() throws IOException {
        Path model = root.resolve("model");
        AtomicWrite.directory(model, directory -> {
            assertThat(model).doesNotExist();
            assertThat(AtomicWrite.isTemporary(directory)).isTrue();
            assertThat(directory).hasParent(root);
        });
        assertThat(model).isEmptyDirectory();
    }

    @Test
    void knowsItsTemporariesByNameAndClearsOnlyThem() throws IOException {
        Path half = Files.createDirectories(root.resolve(".checkpoint-3.tmp-1a2b/part"));
        Files.writeString(half.resolve("weights"), "half");
        Files.writeString(root.resolve(".manifest.json.tmp-9z"), "half");
        Path kept = Files.writeString(root.resolve("notes.tmp-9z"), "mine");
        AtomicWrite.deleteTemporaries(root);
        assertThat(AtomicWrite.list(root)).containsExactly(kept);
    }

    @Test
    void deletingWhatIsNotThereIsNoMistake() throws IOException {
        AtomicWrite.delete(root.resolve("nothing"));
        assertThat(root).isEmptyDirectory();
    }
}
