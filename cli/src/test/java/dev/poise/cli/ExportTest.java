package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportTest {

    private static final String MODEL = "../library/src/test/resources/models/tiny-llama-chat";

    @TempDir
    private Path directory;

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void aModelBecomesAFileThatIsAModel() throws IOException {
        String file = path("m.gguf");
        CommandRun run = CommandRun.of("export", MODEL, "--to", "gguf", "--type", "f32", "--output", file);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().strip()).isEqualTo(file);
        CommandRun first = CommandRun.of(
                "generate", "--model", MODEL, "--prompt", "The sky", "--temperature", "0", "--max-new-tokens", "8");
        CommandRun second = CommandRun.of(
                "generate", "--model", file, "--prompt", "The sky", "--temperature", "0", "--max-new-tokens", "8");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(second.out()).isEqualTo(first.out());

        byte[] written = Files.readAllBytes(directory.resolve("m.gguf"));
        CommandRun again = CommandRun.of("export", MODEL, "--to", "gguf", "--type", "q8_0", "--output", file);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains(file + " must not exist");
        assertThat(directory.resolve("m.gguf")).hasBinaryContent(written);
    }

    @Test
    void whatCannotBeExportedIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        assertThat(CommandRun.of("export", path("run"), "--to", "tensorboard"))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(1))
                .satisfies(refused -> assertThat(refused.err()).contains("must be a run directory"));
        Files.writeString(run.resolve("recipe.yaml"), "");
        assertThat(CommandRun.of("export", path("run"), "--to", "tensorboard").err())
                .contains("metrics.jsonl: no such file or directory");
        assertThat(CommandRun.of("export", path("run"), "--to", "gguf", "--output", path("x.gguf"))
                        .err())
                .contains("must be a finished run");
        assertThat(CommandRun.of("export", path("none"), "--to", "gguf", "--output", path("x.gguf"))
                        .err())
                .contains("a model must be a directory");
        assertThat(CommandRun.of("export", MODEL, "--to", "gguf", "--output", path("no/such/x.gguf"))
                        .err())
                .contains("no such file or directory");
        assertThat(CommandRun.of("export", MODEL, "--to", "gguf").code()).isEqualTo(2);
        assertThat(CommandRun.of("export", MODEL, "--to", "onnx").code()).isEqualTo(2);
        assertThat(CommandRun.of("export", path("run"), "--to", "trainer_state", "--type", "f16")
                        .code())
                .isEqualTo(2);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(run);
        }
    }
}
