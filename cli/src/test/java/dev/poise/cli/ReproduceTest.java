package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                folder.resolve("none").toString(),
                "--output",
                folder.resolve("page.html").toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("none");
        assertThat(folder.resolve("page.html")).doesNotExist();
    }

    @Test
    void refusesAPlaceForThePageBeforeTheWork() throws IOException {
        Path file = Files.createFile(folder.resolve("taken"));

        for (Path place : List.of(folder, file.resolve("page.html"))) {
            CommandRun run = CommandRun.of(
                    "reproduce",
                    "gradient",
                    "--model",
                    folder.resolve("none").toString(),
                    "--output",
                    place.toString());

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("--output must be a file").contains(place.toString());
        }
    }

    @Test
    void refusesFlagsThatMeanNothingTogether() {
        assertThat(CommandRun.of("reproduce", "overoptimisation", "--quick", "--full"))
                .satisfies(run -> {
                    assertThat(run.code()).isEqualTo(2);
                    assertThat(run.err()).contains("--quick and --full");
                });
        assertThat(CommandRun.of("reproduce", "gradient", "--full").err()).contains("--full must stand with");
        assertThat(CommandRun.of("reproduce", "overoptimisation", "--play", "x").err())
                .contains("--play must stand with gradient");
    }
}
