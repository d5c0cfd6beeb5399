package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
final class ChildTest {

    @TempDir
    private Path folder;

    private Child shell(String script) {
        return new Child(
                List.of("/bin/sh", "-c", script),
                Map.of("POISE_TEST_GIVEN", "here"),
                Set.of("PATH"),
                folder.resolve("child.log"));
    }

    @Test
    void tellsWhenEachLineCame() throws Exception {
        Child.Finished finished = shell("echo one; /bin/sleep 0.3; echo two").run();

        assertThat(finished.lines()).extracting(Child.Line::text).containsExactly("one", "two");
        long between = finished.lines().getLast().nanoseconds()
                - finished.lines().getFirst().nanoseconds();
        assertThat(between / 1e9).isBetween(0.25, 5.0);
    }

    @Test
    @DisabledOnOs(OS.MAC)
    void tellsThePeakOfItsMemoryInBytes() throws Exception {
        long peak = shell("/bin/sleep 0.2").run().usage().peakBytes().orElseThrow();

        assertThat(peak).isBetween(200_000L, 64_000_000L);
    }

    @Test
    @DisabledOnOs(OS.MAC)
    void tellsWorkOfOtherProcessesFromItsOwn() throws Exception {
        String work = "i=0; while [ $i -lt 400000 ]; do i=$((i + 1)); done";

        // The inner shell is a process of its own, and the outer one only waits for it.
        double others = shell("(" + work + "); :").run().usage().otherCores().orElseThrow();

        // The system counts in ticks of ten milliseconds, which may make a little more than all of it.
        assertThat(others).isBetween(0.4, 1.05 * Runtime.getRuntime().availableProcessors());
    }

    @Test
    void givesAndWithholdsEnvironmentVariables() throws Exception {
        assertThat(shell("env=$(/usr/bin/env | /bin/grep -c ^PATH=); echo $POISE_TEST_GIVEN $env")
                        .run()
                        .lastLine())
                .isEqualTo("here 0");
    }

    @Test
    void aFailureIsToldWithItsLastWords() {
        assertThatThrownBy(() -> shell("echo first >&2; echo 'no such thing' >&2; exit 3")
                        .run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("/bin/sh ended with 3: no such thing (all of it in " + folder.resolve("child.log") + ")");
    }
}
