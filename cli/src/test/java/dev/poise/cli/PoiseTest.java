package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PoiseTest {

    @Test
    void helpListsTheVerbsOnStandardOutput() {
        CommandRun run = CommandRun.of("--help");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("Usage: poise ").contains("Commands:\n");
        List<Integer> places = List.of(
                        "quickstart",
                        "train",
                        "data",
                        "inspect",
                        "score",
                        "generate",
                        "pairs",
                        "evaluate",
                        "report",
                        "compare",
                        "doctor",
                        "bench")
                .stream()
                .map(verb -> run.out().indexOf("\n  " + verb + " "))
                .toList();
        assertThat(places).doesNotContain(-1).isSorted();
    }

    /// Verbs are made only where they are asked for, which must not be seen.
    @Test
    void everyVerbThatIsListedTellsOfItsOptionsUnderTheSameWords() {
        List<String> listed = CommandRun.of("--help")
                .out()
                .lines()
                .dropWhile(line -> !line.equals("Commands:"))
                .skip(1)
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.matches("  \\w.*"))
                .toList();

        assertThat(listed).hasSize(21);
        for (String line : listed) {
            String verb = line.strip().replaceFirst(" .*", "");
            CommandRun run = CommandRun.of(verb, "--help");
            assertThat(run.code()).isZero();
            assertThat(run.out()).startsWith("Usage: poise " + verb + " ").contains("--help");
            assertThat(run.out().replaceAll("\\s+", " "))
                    .contains(line.strip().substring(verb.length()).strip());
        }
    }

    @Test
    void argumentsMayStandInAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("arguments"), "train\n--help\n");

        CommandRun run = CommandRun.of("@" + file);

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo(CommandRun.of("train", "--help").out());
    }

    @Test
    void versionIsOneLine() {
        CommandRun run = CommandRun.of("--version");

        assertThat(run.code()).isZero();
        assertThat(run.out()).matches("poise \\S.*\n");
    }

    @Test
    void withoutAVerbItShowsItsUsageAsAnError() {
        CommandRun run = CommandRun.of();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("Usage: poise ");
    }

    @Test
    void suggestsTheVerbThatWasMeant() {
        CommandRun run = CommandRun.of("docto");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("poise: Unmatched argument at index 0: 'docto'; did you mean doctor")
                .endsWith("?\npoise --help shows what it takes\n");
    }

    @Test
    void suggestsTheOptionThatWasMeant() {
        CommandRun run = CommandRun.of("generate", "--model", "m", "--promt=x");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("poise generate: Unknown option: '--promt=x'; did you mean ");
        assertThat(run.err()).contains("--prompt").endsWith("poise generate --help shows what it takes\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quickstart",
                "train",
                "data",
                "inspect",
                "score",
                "generate",
                "pairs",
                "evaluate",
                "report",
                "compare",
                "doctor",
                "bench"
            })
    void everyVerbHasHelp(String verb) {
        CommandRun run = CommandRun.of(verb, "--help");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsOnlyOnce("Usage: poise " + verb)
                .contains("--json")
                .contains("--stacktrace");
    }

    @Test
    void aValueThatMakesNoSenseIsAUsageError() {
        CommandRun run = CommandRun.of("generate", "--model", "m", "--prompt", "x", "--temperature", "-0.5");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("""
                        poise generate: temperature must be finite and at least 0, got -0.5
                        poise generate --help shows what it takes
                        """);
    }

    @Test
    void aFailureIsOneLine(@TempDir Path folder) {
        Path missing = folder.resolve("nowhere");

        CommandRun run = CommandRun.of("generate", "--model", missing.toString(), "--prompt", "x");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("poise: " + missing + ": a model must be a directory or a GGUF file\n");
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        Path missing = folder.resolve("prompts.txt");

        CommandRun run = CommandRun.of("generate", "--model", "m", "--prompts", missing.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("poise: " + missing + ": no such file or directory\n");
    }

    @Test
    void stacktraceShowsWhereItHappened(@TempDir Path folder) throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));

        CommandRun run = CommandRun.of("generate", "--stacktrace", "--model", model.toString(), "--prompt", "x");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("ModelException").contains("\tat dev.poise.model.");
    }
}
