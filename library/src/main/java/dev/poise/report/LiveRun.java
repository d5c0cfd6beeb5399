package dev.poise.report;

import dev.poise.monitor.Event;
import dev.poise.run.PairMoves;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A run that may still be written: every look reads only what was appended since the last one.
///
/// A line that is not finished is left for the next look. A file that became shorter, or another file, is read from
/// its start. Not thread-safe.
public final class LiveRun {

    /// Points a drawn curve has at most: a chart among others is this wide in pixels.
    private static final int POINTS = 600;

    /// Prompts shown at most.
    private static final int PROMPTS = 12;

    private final Path directory;
    private MetricsReader metrics = new MetricsReader();
    private List<PromptSamples> samples = List.of();
    private @Nullable PairMoves moves;
    private @Nullable Object metricsFile;
    private long read; // bytes of metrics.jsonl
    private long broken; // lines
    private String stamp = "";

    /// @param directory of the run
    public LiveRun(Path directory) {
        this.directory = directory;
    }

    /// A run at one moment.
    ///
    /// @param state as the manifest says: `running`, `done` or `stopped`; empty where there is none
    /// @param step the last one that anything was logged of
    /// @param curves everything logged over steps, thinned for drawing
    /// @param events what monitors told and decided, in order
    /// @param samples completions by prompt
    /// @param moves the monitored pairs that moved most, at the last reading; null where none were read
    /// @param problems what could not be read
    public record View(
            String state,
            long step,
            List<Curve> curves,
            List<Event> events,
            List<PromptSamples> samples,
            @Nullable PairMoves moves,
            List<String> problems) {}

    /// What changes whenever a file of the run that is shown changes, and else stays; nothing where the run is gone.
    public Optional<String> stamp() {
        return Files.isDirectory(directory)
                ? Optional.of(Stream.of("metrics.jsonl", "samples.jsonl", "pairs.json", "manifest.json")
                        .map(directory::resolve)
                        .map(file -> attributes(file)
                                .map(known -> known.size() + "-"
                                        + known.lastModifiedTime().toMillis())
                                .orElse("none"))
                        .collect(Collectors.joining(".")))
                : Optional.empty();
    }

    /// Reads on; nothing where the run is gone.
    ///
    /// @throws IOException where a file that is there cannot be read
    public Optional<View> look() throws IOException {
        Optional<String> now = stamp();
        if (now.isEmpty()) {
            return Optional.empty();
        }
        List<String> problems = new ArrayList<>();
        if (!now.get().equals(stamp)) {
            readMetrics();
            samples = RunReader.samples(directory, PROMPTS, problems);
            moves = RunReader.moves(directory, problems);
            stamp = now.get();
        }
        if (broken > 0) {
            problems.add("metrics.jsonl has " + broken + " lines that are no JSON objects; they are left out");
        }
        problems.addAll(metrics.problems());
        List<Curve> curves = metrics.curves();
        return Optional.of(new View(
                JsonLines.readOne(directory.resolve("manifest.json"), problems)
                        .map(node -> node.path("status").asString(""))
                        .orElse(""),
                curves.stream().mapToLong(Curve::lastStep).max().orElse(0),
                curves.stream().map(curve -> curve.thinned(POINTS)).toList(),
                metrics.events(),
                samples,
                moves,
                problems));
    }

    private void readMetrics() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        Optional<BasicFileAttributes> attributes = attributes(file);
        Object key = attributes.map(BasicFileAttributes::fileKey).orElse(null);
        long size = attributes.map(BasicFileAttributes::size).orElse(0L);
        if (size < read || !Objects.equals(key, metricsFile)) {
            metrics = new MetricsReader();
            read = 0;
            broken = 0;
            metricsFile = key;
        }
        if (size == read) {
            return;
        }
        try (InputStream stream = Files.newInputStream(file)) {
            stream.skipNBytes(read);
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int count = stream.read(buffer); count > 0; count = stream.read(buffer)) {
                int from = 0;
                for (int i = 0; i < count; i++) {
                    if (buffer[i] == '\n') {
                        line.write(buffer, from, i - from);
                        read += line.size() + 1L;
                        add(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                        from = i + 1;
                    }
                }
                line.write(buffer, from, count - from);
            }
        }
    }

    private void add(String line) {
        if (!line.isBlank()) {
            Optional<ObjectNode> node = JsonLines.object(line);
            node.ifPresentOrElse(metrics::add, () -> broken++);
        }
    }

    private static Optional<BasicFileAttributes> attributes(Path file) {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (IOException e) {
            // Not there, or no longer: a run comes into being file by file and may be deleted at any moment.
            return Optional.empty();
        }
    }
}
