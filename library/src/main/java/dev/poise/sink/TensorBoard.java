package dev.poise.sink;

import dev.poise.monitor.Event;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.MetricSink;
import dev.poise.run.Metrics;
import dev.poise.run.RunDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A run's metric lines as an event file for TensorBoard.
///
/// Tags are those under which `transformers` and TRL report: `eval_loss` is `eval/loss`, everything else `train/...`.
/// What monitors told and the recipe are texts. TensorBoard keeps numbers as float32.
public final class TensorBoard implements MetricSink {

    /// What TensorBoard knows an event file by.
    private static final String MARK = "tfevents";

    /// What this class knows its own by.
    private static final String OWN = ".poise";

    private static final String EVALUATION = "eval_";

    private final OutputStream out;
    private final Lines lines;

    private TensorBoard(OutputStream out, Lines lines) {
        this.out = out;
        this.lines = lines;
    }

    /// Starts to follow a run, from its metric lines so far on.
    ///
    /// What an earlier process wrote is written anew and its file deleted: so nothing is there twice and nothing is
    /// missing, whenever that process was stopped, and a TensorBoard that watches forgets what the run has dropped.
    ///
    /// @param run with a recipe, a manifest and metric lines, cut to where the run goes on
    public static TensorBoard follow(RunDirectory run) throws IOException {
        List<Path> earlier = files(run.root()).stream()
                .filter(file -> file.toString().endsWith(OWN))
                .toList();
        Lines lines = new Lines();
        Path file = free(run.root(), Instant.now().getEpochSecond());
        AtomicWrite.file(file, history(run, Metrics.read(run.metrics()), lines, !earlier.isEmpty()));
        for (Path old : earlier) {
            Files.delete(old);
        }
        return new TensorBoard(Files.newOutputStream(file, StandardOpenOption.APPEND), lines);
    }

    /// Writes a run's event file after the fact. Times are the manifest's start and what the lines say has passed.
    ///
    /// @param directory where to; made where it is not there
    /// @return the file
    /// @throws FileAlreadyExistsException when the directory has an event file, which would be shown as well
    /// @throws IOException when the run has no metrics or cannot be read, or the file cannot be written
    public static Path export(RunDirectory run, Path directory) throws IOException {
        List<MetricLine> lines = Metrics.read(run.metrics());
        if (lines.isEmpty()) {
            throw new IOException(run.metrics() + " must hold metrics, got no line yet");
        }
        if (Files.exists(directory)) {
            List<Path> there = files(directory);
            if (!there.isEmpty()) {
                throw new FileAlreadyExistsException(directory + " must hold no event file, got "
                        + there.getFirst().getFileName()
                        + ", which TensorBoard would show as well; choose another --output");
            }
        } else {
            Files.createDirectories(directory);
        }
        Path file = free(directory, Manifest.read(run.manifest()).started().getEpochSecond());
        AtomicWrite.file(file, history(run, lines, new Lines(), false));
        return file;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().contains(MARK))
                    .sorted()
                    .toList();
        }
    }

    /// A name that sorts by time, as TensorBoard reads the files of a directory.
    private static Path free(Path directory, long second) {
        Path file = directory.resolve("events.out." + MARK + "." + second + OWN);
        return Files.exists(file) ? free(directory, second + 1) : file;
    }

    private static byte[] history(RunDirectory run, List<MetricLine> all, Lines lines, boolean again)
            throws IOException {
        double started = seconds(Manifest.read(run.manifest()).started());
        ByteArrayOutputStream history = new ByteArrayOutputStream();
        history.writeBytes(EventRecord.version(started));
        if (again) {
            history.writeBytes(EventRecord.restart(started, 0));
        }
        String recipe = "```yaml\n" + Files.readString(run.recipe()).stripTrailing() + "\n```";
        history.writeBytes(EventRecord.text(started, 0, "recipe", recipe));
        Passed passed = new Passed();
        for (MetricLine line : all) {
            history.writeBytes(lines.events(started + passed.at(line), line));
        }
        return history.toByteArray();
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    @Override
    public void append(MetricLine line) throws IOException {
        // One write: a reader finds whole events, and a process that ends leaves them.
        out.write(lines.events(seconds(Instant.now()), line));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /// Seconds that a run has taken, by its lines: they count from the start of their process.
    private static final class Passed {

        private double before;
        private double last;

        double at(MetricLine line) {
            double elapsed = line.number("elapsed_seconds").orElse(last);
            if (elapsed < last) {
                before += last; // another process
            }
            last = elapsed;
            return before + last;
        }
    }

    /// Lines to events. A step's `epoch` stands in several lines and is one scalar.
    private static final class Lines {

        private final Map<String, Long> written = new LinkedHashMap<>();

        byte[] events(double wall, MetricLine line) {
            if (line.values().containsKey(Event.KEY)) {
                return Event.of(line.step(), line.values())
                        .map(told -> EventRecord.text(wall, line.step(), "events", markdown(told)))
                        .orElse(new byte[0]);
            }
            Map<String, Double> values = new LinkedHashMap<>();
            line.values().forEach((name, value) -> {
                String tag =
                        name.startsWith(EVALUATION) ? "eval/" + name.substring(EVALUATION.length()) : "train/" + name;
                boolean another = value instanceof Number && written.getOrDefault(tag, -1L) != line.step();
                if (another) {
                    values.put(tag, ((Number) value).doubleValue());
                    written.put(tag, line.step());
                }
            });
            return values.isEmpty() ? new byte[0] : EventRecord.scalars(wall, line.step(), values);
        }

        private static String markdown(Event told) {
            String advice = told.advice().isEmpty() ? "" : " What to try: " + told.advice();
            return "**" + told.title() + "** (" + told.name() + "): " + told.happened() + advice;
        }
    }
}
