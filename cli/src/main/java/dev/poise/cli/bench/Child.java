package dev.poise.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// A process whose output is read with the moment that each line came, and whose memory is watched.
///
/// @param command program and arguments
/// @param more environment variables beside those of this process
/// @param without environment variables of this process that it does not get
/// @param log where its standard error goes
record Child(List<String> command, Map<String, String> more, Set<String> without, Path log) {

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    /// A line of standard output.
    ///
    /// @param nanoseconds when it came, by [System#nanoTime]
    /// @param text without its line break
    record Line(long nanoseconds, String text) {}

    /// What a process came to.
    ///
    /// @param lines its standard output
    /// @param peakBytes the most memory that was resident; empty where the system does not tell
    record Finished(List<Line> lines, OptionalLong peakBytes) {

        /// The last line of standard output.
        String lastLine() {
            return lines.isEmpty() ? "" : lines.getLast().text();
        }
    }

    /// Runs it to its end.
    ///
    /// @throws IOException when it cannot be started
    /// @throws IllegalStateException when it does not end with 0
    Finished run() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().keySet().removeAll(without);
        builder.environment().putAll(more);
        Process process = builder.start();
        process.getOutputStream().close();
        AtomicLong peak = new AtomicLong(-1);
        Thread watch = Thread.ofPlatform().daemon().start(() -> watch(process, peak));
        List<Line> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(new Line(System.nanoTime(), line));
            }
            watch.join();
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(command.getFirst() + " ended with " + code + ": " + lastWords()
                        + " (all of it in " + log + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.getFirst() + " ran", e);
        } finally {
            process.destroy();
        }
        long bytes = peak.get();
        return new Finished(List.copyOf(lines), bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes));
    }

    /// The kernel keeps the high-water mark, so that looking now and then misses no peak but the very last.
    private static void watch(Process process, AtomicLong peak) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            do {
                highWaterMark(status).ifPresent(peak::set);
            } while (!process.waitFor(LOOK_EVERY));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static OptionalLong highWaterMark(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | java.io.UncheckedIOException e) {
            return OptionalLong.empty(); // a system without such files, or a process that has just ended
        }
    }

    private String lastWords() throws IOException {
        List<String> said = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank())
                .toList();
        return said.isEmpty() ? "it said nothing" : said.getLast();
    }
}
