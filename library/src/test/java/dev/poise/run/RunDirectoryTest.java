package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.run.RunDirectory.Checkpoint;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {

    @TempDir
    private Path parent;

    @Test
    void createMakesTheDirectoryAndItsParents() throws IOException {
        RunDirectory run = new RunDirectory(parent.resolve("runs/first"));
        try (RunLock lock = run.create()) {
            assertThat(lock).isNotNull();
            assertThat(run.root()).isDirectory();
        }
    }

    @Test
    void createRefusesARunAndSaysHowToGoOn() throws IOException {
        RunDirectory run = started();
        assertThatThrownBy(run::create)
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(
                        run.root() + " must be empty, got a run; go on with it (--resume) or choose another output");
    }

    @Test
    void aForeignDirectoryIsRefusedAndLeftAlone() throws IOException {
        RunDirectory run = new RunDirectory(Files.createDirectory(parent.resolve("thesis")));
        Path chapter = Files.writeString(run.root().resolve("chapter1.tex"), "…");
        for (ThrowingCallable opening : List.<ThrowingCallable>of(run::create, run::resume)) {
            assertThatThrownBy(opening)
                    .isInstanceOf(FileAlreadyExistsException.class)
                    .hasMessage(run.root()
                            + " must be empty or a run, got a directory with other files; choose another output");
        }
        assertThat(AtomicWrite.list(run.root())).containsExactly(chapter);
    }

    @Test
    void aFileIsRefused() throws IOException {
        RunDirectory run = new RunDirectory(Files.writeString(parent.resolve("file"), "…"));
        assertThatThrownBy(run::create).hasMessage(run.root() + " must be a directory, got a file");
    }

    @Test
    void aRunThatWasKilledBeforeItWroteAnythingStartsEitherWay() throws IOException {
        RunDirectory run = new RunDirectory(parent.resolve("run"));
        run.create().close();
        Files.writeString(run.root().resolve(".recipe.yaml.tmp-7"), "met");
        run.create().close();
        run.resume().close();
        new RunDirectory(parent.resolve("other")).resume().close();
        assertThat(run.checkpoints()).isEmpty();
    }

    @Test
    void resumeClearsAwayWhatAnInterruptedWriteLeft() throws IOException {
        RunDirectory run = started();
        publish(run, 5);
        Path half = Files.createDirectory(run.root().resolve(".checkpoint-10.tmp-x1"));
        Files.writeString(half.resolve("weights"), "half");
        assertThat(run.checkpoints()).containsExactly(new Checkpoint(5, run.checkpoint(5)));
        run.resume().close();
        assertThat(half).doesNotExist();
        assertThat(run.checkpoints()).containsExactly(new Checkpoint(5, run.checkpoint(5)));
    }

    @Test
    void twoProcessesCannotWriteOneRun() throws IOException {
        RunDirectory run = new RunDirectory(parent.resolve("run"));
        RunLock first = run.create();
        assertThatThrownBy(run::resume)
                .isInstanceOf(FileSystemException.class)
                .hasMessage(run.root()
                        + " must be written by one process at a time, got a second: wait for the first or choose"
                        + " another output");
        first.close();
        run.resume().close();
    }

    /// The case above runs into the JVM's own table of locks; this one into the system's.
    @Test
    void theLockHoldsAgainstAnotherProcess() throws IOException, InterruptedException {
        RunDirectory run = new RunDirectory(parent.resolve("run"));
        try (RunLock lock = run.create()) {
            assertThat(lock).isNotNull();
            assertThat(exitCodeOfAnotherProcess(run)).isEqualTo(3);
        }
        assertThat(exitCodeOfAnotherProcess(run)).isEqualTo(0);
    }

    /// Started as another process: 0 when it got the lock, 3 when it was refused.
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws IOException {
            try {
                new RunDirectory(Path.of(arguments[0])).resume().close();
            } catch (FileSystemException e) {
                System.exit(e.toString().contains("one process at a time") ? 3 : 1);
            }
        }
    }

    @Test
    void checkpointsAreListedByStepAndOnlyWhenWhole() throws IOException {
        RunDirectory run = started();
        publish(run, 100);
        publish(run, 20);
        publish(run, 3);
        Files.delete(run.checkpoint(20).resolve("complete"));
        Files.createDirectory(run.root().resolve("checkpoint-best"));
        assertThat(steps(run)).containsExactly(3L, 100L);
        assertThat(run.checkpoint(100).resolve("weights")).hasContent("100");
    }

    @Test
    void aCheckpointThatFailsWhileItIsWrittenIsNotThere() throws IOException {
        RunDirectory run = started();
        publish(run, 5);
        assertThatThrownBy(() -> run.publishCheckpoint(10, directory -> {
                    Files.writeString(directory.resolve("weights"), "half");
                    throw new IllegalStateException("killed");
                }))
                .hasMessage("killed");
        assertThat(steps(run)).containsExactly(5L);
        assertThat(run.checkpoint(10)).doesNotExist();
    }

    @Test
    void anIncompleteCopyIsReplacedByTheWholeCheckpoint() throws IOException {
        RunDirectory run = started();
        Files.writeString(Files.createDirectory(run.checkpoint(5)).resolve("stale"), "…");
        publish(run, 5);
        assertThat(steps(run)).containsExactly(5L);
        assertThat(run.checkpoint(5).resolve("stale")).doesNotExist();
    }

    @Test
    void pruningKeepsTheNewestAndTheBest() throws IOException {
        RunDirectory run = started();
        LongStream.of(5, 10, 15, 20, 100).forEach(step -> publishUnchecked(run, step));
        run.prune(2, Set.of(10L));
        assertThat(steps(run)).containsExactly(10L, 20L, 100L);
        run.prune(1, Set.of(100L));
        assertThat(steps(run)).containsExactly(100L);
        run.prune(3, Set.of());
        assertThat(steps(run)).containsExactly(100L);
        assertThatThrownBy(() -> run.prune(0, Set.of())).hasMessage("keep must be at least 1, got 0");
    }

    private RunDirectory started() throws IOException {
        RunDirectory run = new RunDirectory(parent.resolve("started"));
        run.create().close();
        AtomicWrite.file(run.recipe(), new byte[] {'#'});
        return run;
    }

    private static void publish(RunDirectory run, long step) throws IOException {
        run.publishCheckpoint(step, directory -> Files.writeString(directory.resolve("weights"), "" + step));
    }

    private static void publishUnchecked(RunDirectory run, long step) {
        try {
            publish(run, step);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Long> steps(RunDirectory run) throws IOException {
        return run.checkpoints().stream().map(Checkpoint::step).toList();
    }

    private static int exitCodeOfAnotherProcess(RunDirectory run) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        run.root().toString())
                .inheritIO()
                .start()
                .waitFor();
    }
}
