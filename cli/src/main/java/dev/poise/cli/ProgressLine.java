package dev.poise.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// How far something is that takes a while: a count, a rate, the time left and a few numbers.
///
/// On a terminal it is one line, drawn again in place; elsewhere it is a plain line every few seconds. What is done
/// within two seconds says nothing.
final class ProgressLine implements AutoCloseable {

    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final String ERASE = "\r\u001b[K";

    private final Terminal terminal;
    private final String what;
    private final String unit;
    private final long total;
    private final LongSupplier nanoTime;

    private boolean begun;
    private long firstDone;
    private long firstNanos;
    private long lastNanos;
    private long done;
    private String numbers = "";
    private boolean shown;

    /// @param what is done, as a word that stands before the count, such as `score`
    /// @param unit of the count, in the plural, such as `rows`
    /// @param total of the count; 0 where nobody knows it
    ProgressLine(Terminal terminal, String what, String unit, long total) {
        this(terminal, what, unit, total, System::nanoTime);
    }

    /// @param nanoTime a clock
    ProgressLine(Terminal terminal, String what, String unit, long total, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.what = what;
        this.unit = unit;
        this.total = total;
        this.nanoTime = nanoTime;
    }

    /// Tells how far it is. The first call marks where the work begins: rates count from there.
    ///
    /// @param doneNow of the total
    /// @param numbersNow what else is worth a glance, such as `loss 0.61`; empty for nothing
    void update(long doneNow, String numbersNow) {
        long now = nanoTime.getAsLong();
        if (!begun) {
            begun = true;
            firstDone = doneNow;
            firstNanos = now;
            lastNanos = now;
        }
        done = doneNow;
        numbers = numbersNow;
        Duration pause = terminal.interactive() ? BETWEEN_DRAWINGS : BETWEEN_LINES;
        if (now - lastNanos >= pause.toNanos() && now - firstNanos >= QUIET.toNanos()) {
            lastNanos = now;
            shown = true;
            show(now);
        }
    }

    /// Prints a line that stays, such as a warning, without disturbing the progress.
    void note(String line) {
        erase();
        terminal.writer().println(line);
        terminal.writer().flush();
    }

    /// Ends with a plain line that says how long it took.
    @Override
    public void close() {
        long now = nanoTime.getAsLong();
        if (shown || (begun && now - firstNanos >= QUIET.toNanos())) {
            erase();
            String took = " in " + clock(seconds(now)) + rate(now);
            terminal.writer().println(cut(count() + took + tail()));
            terminal.writer().flush();
        }
        begun = false;
        shown = false;
    }

    private void show(long now) {
        String percent = total > 0 ? " " + 100 * done / total + " %" : "";
        String line = cut(count() + percent + rate(now) + left(now) + tail());
        if (terminal.interactive()) {
            terminal.writer().print(ERASE + line);
        } else {
            terminal.writer().println(line);
        }
        terminal.writer().flush();
    }

    private void erase() {
        if (terminal.interactive() && shown) {
            terminal.writer().print(ERASE);
        }
    }

    private String count() {
        return what + " " + done + (total > 0 ? "/" + total : "") + " " + unit;
    }

    private String rate(long now) {
        double perSecond = perSecond(now);
        String digits = perSecond >= 100 ? "%.0f" : perSecond >= 10 ? "%.1f" : "%.2f";
        return perSecond > 0 ? ", " + String.format(Locale.ROOT, digits, perSecond) + "/s" : "";
    }

    private String left(long now) {
        double perSecond = perSecond(now);
        return perSecond > 0 && total > 0 ? ", " + clock(Math.round((total - done) / perSecond)) + " left" : "";
    }

    private String tail() {
        return numbers.isEmpty() ? "" : ", " + numbers;
    }

    private double perSecond(long now) {
        return now > firstNanos ? (done - firstDone) * 1e9 / (now - firstNanos) : 0;
    }

    private long seconds(long now) {
        return Math.round((now - firstNanos) / 1e9);
    }

    /// A line that reaches the edge would wrap, and could not be drawn again in place.
    private String cut(String line) {
        int room = terminal.width() - 1;
        return terminal.interactive() && line.length() > room ? line.substring(0, room) : line;
    }

    /// Seconds as `m:ss` or `h:mm:ss`.
    static String clock(long seconds) {
        long hours = seconds / 3600;
        long minutes = seconds / 60 % 60;
        return hours > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", minutes, seconds % 60);
    }
}
