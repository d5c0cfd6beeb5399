package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.run.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GGUF files in the place of model directories.
final class ModelPathTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void copy() throws IOException {
        file = folder.resolve("tiny.gguf");
        Files.copy(Path.of("../library/src/test/resources/models/gguf/llama.gguf"), file);
    }

    @Test
    void generatesFromAFileThatItUnpacksBesideIt() throws IOException {
        String[] asked = {
            "generate", "--model", file.toString(), "--prompt", "The boat", "--max-new-tokens", "5", "--json"
        };
        CommandRun first = CommandRun.of(asked);
        assertThat(first.err()).isEmpty();
        assertThat(first.out()).contains("\"tokens\":5");
        Path unpacked = folder.resolve("tiny.gguf.model");
        assertThat(unpacked.resolve("tokenizer.json")).exists();

        Files.writeString(unpacked.resolve("mine"), "stays");
        assertThat(CommandRun.of(asked).out()).isEqualTo(first.out());
        assertThat(unpacked.resolve("mine")).as("unpacked once").exists();

        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(CommandRun.of(asked).out()).isEqualTo(first.out());
        assertThat(unpacked.resolve("mine"))
                .as("unpacked again, since the file is newer")
                .doesNotExist();
    }

    @Test
    void recipesNameFilesAsWell() throws IOException {
        Recipe recipe = RecipeArguments.of(List.of(
                        "../recipes/dpo.yaml",
                        "--model=" + file,
                        "--reference=" + file,
                        "--data.train=pairs.jsonl",
                        "--output=run"))
                .bind(HubInputs.of(CommandRun.silent()));
        Path unpacked = folder.resolve("tiny.gguf.model");
        assertThat(recipe.model()).isEqualTo(unpacked);
        assertThat(recipe.reference()).isEqualTo(new Recipe.Reference.Directory(unpacked));
        assertThat(unpacked.resolve("model.safetensors")).exists();
    }

    @Test
    void aBrokenFileIsToldAndLeavesNothing() throws IOException {
        Files.writeString(file, "GGUF, says the file");
        CommandRun run = CommandRun.of("generate", "--model", file.toString(), "--prompt", "x");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(file + ", byte 4: version must be 2 or 3, got ");
        assertThat(folder.toFile().list()).containsExactly("tiny.gguf");
    }
}
