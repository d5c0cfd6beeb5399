package dev.poise.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A process whose output is read with the moment that each line came, and whose memory is watched.
///
/// @param command program and arguments
/// @param more environment variables beside those of this process
/// @param without environment variables of this process that it does not get
/// @param log where its standard error goes
record Child(List<String> command, Map<String, String> more, Set<String> without, Path log) {

    /// A line of standard output.
    ///
    /// @param nanoseconds when it came, by [System#nanoTime]
    /// @param text without its line break
    record Line(long nanoseconds, String text) {}

    /// What a process came to.
    ///
    /// @param lines its standard output
    /// @param usage what it took of the machine
    record Finished(List<Line> lines, Usage usage) {

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
        ProcessWatch watch = new ProcessWatch(process);
        List<Line> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(new Line(System.nanoTime(), line));
            }
            Usage usage = watch.end();
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(command.getFirst() + " ended with " + code + ": " + lastWords()
                        + " (all of it in " + log + ")");
            }
            return new Finished(List.copyOf(lines), usage);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.getFirst() + " ran", e);
        } finally {
            process.destroy();
        }
    }

    private String lastWords() throws IOException {
        List<String> said = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank())
                .toList();
        return said.isEmpty() ? "it said nothing" : said.getLast();
    }
}
