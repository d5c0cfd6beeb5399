package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReproduceTest {

    @TempDir
    private Path folder;

    @Test
    void refusesANameThatIsNoneOfThem() {
        CommandRun run = CommandRun.of("reproduce", "gradients");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("NAME").contains("gradients");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void refusesAModelThatIsNotThere() {
        CommandRun run = CommandRun.of(
                "reproduce",
                "gradient",
                "--quick",
                "--model",
                folder.resolve("none").toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("none");
        assertThat(folder.resolve("page.html")).doesNotExist();
    }
}
