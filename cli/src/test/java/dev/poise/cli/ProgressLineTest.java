package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {

    private final StringWriter written = new StringWriter();
    private long now = 17;

    private ProgressLine line(boolean interactive, int width, long total) {
        Terminal terminal = new Terminal(new PrintWriter(written), interactive, false, width);
        return new ProgressLine(terminal, "score", "rows", total, () -> now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void plainLinesComeEveryFewSecondsAndAtTheEnd() {
        try (ProgressLine line = line(false, 80, 40)) {
            line.update(10, "");
            pass(Duration.ofSeconds(4));
            line.update(12, "");
            pass(Duration.ofSeconds(1));
            line.update(20, "loss 0.61");
            pass(Duration.ofSeconds(1));
            line.update(21, "loss 0.60");
            pass(Duration.ofSeconds(4));
            line.update(40, "loss 0.59");
        }
        assertThat(written.toString()).isEqualTo("""
                        score 20/40 rows 50 %, 2.00/s, 0:10 left, loss 0.61
                        score 40/40 rows 100 %, 3.00/s, 0:00 left, loss 0.59
                        score 40/40 rows in 0:10, 3.00/s, loss 0.59
                        """);
    }

    @Test
    void aTerminalSeesOneLineDrawnAgainAtMostTenTimesASecond() {
        ProgressLine line = line(true, 80, 4);
        line.update(0, "");
        pass(Duration.ofSeconds(2));
        line.update(1, "");
        pass(Duration.ofMillis(99));
        line.update(2, "");
        pass(Duration.ofMillis(1));
        line.update(3, "");

        assertThat(written.toString())
                .isEqualTo("\r\u001b[Kscore 1/4 rows 25 %, 0.50/s, 0:06 left"
                        + "\r\u001b[Kscore 3/4 rows 75 %, 1.43/s, 0:01 left");
    }

    @Test
    void aLineNeverReachesTheEdgeOfATerminal() {
        ProgressLine line = line(true, 21, 4);
        line.update(0, "");
        pass(Duration.ofSeconds(3));
        line.update(1, "");

        assertThat(written.toString()).isEqualTo("\r\u001b[Kscore 1/4 rows 25 %,");
    }

    @Test
    void whatIsDoneAtOnceSaysNothing() {
        try (ProgressLine line = line(true, 80, 4)) {
            line.update(0, "");
            pass(Duration.ofMillis(1999));
            line.update(4, "");
        }
        assertThat(written.toString()).isEmpty();
    }

    @Test
    void withoutATotalThereIsNoTimeLeft() {
        try (ProgressLine line = line(false, 80, 0)) {
            line.update(0, "");
            pass(Duration.ofSeconds(8));
            line.update(4, "");
        }
        assertThat(written.toString()).isEqualTo("score 4 rows, 0.50/s\nscore 4 rows in 0:08, 0.50/s\n");
    }

    @Test
    void notesStandAboveTheLine() {
        ProgressLine line = line(true, 80, 4);
        line.update(0, "");
        pass(Duration.ofSeconds(2));
        line.update(2, "");
        written.getBuffer().setLength(0);

        line.note("row 3 left out");

        assertThat(written.toString()).isEqualTo("\r\u001b[Krow 3 left out\n");
    }

    @Test
    void longTimesShowHours() {
        assertThat(ProgressLine.clock(59)).isEqualTo("0:59");
        assertThat(ProgressLine.clock(3599)).isEqualTo("59:59");
        assertThat(ProgressLine.clock(3 * 3600 + 4 * 60 + 5)).isEqualTo("3:04:05");
    }
}
