package dev.poise.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// Writes `metrics.jsonl`: a JSON object a line, `step` first, flushed line by line.
///
/// JSON has no NaN and no infinities. They are written as the texts "NaN", "Infinity" and "-Infinity" and read back
/// as numbers.
///
/// A step's lines are to be appended before its checkpoint is published: [#resume] drops what lies behind the
/// checkpoint, and then a resumed run's file equals the uninterrupted one's.
public final class Metrics implements AutoCloseable {

    private final JsonLines lines;
    private final List<MetricSink> sinks = new ArrayList<>();

    private Metrics(JsonLines lines) {
        this.lines = lines;
    }

    /// Starts an empty file in place of whatever is there.
    public static Metrics create(Path file) throws IOException {
        return new Metrics(JsonLines.create(file));
    }

    /// Goes on after the lines of `lastStep`, dropping later ones and one that was cut off.
    ///
    /// @throws IOException when a line before them is not one of metrics
    public static Metrics resume(Path file, long lastStep) throws IOException {
        return new Metrics(JsonLines.resume(file, lastStep));
    }

    /// The lines of a file, also of a run that is still writing it.
    ///
    /// @throws IOException when a line other than a cut last one is not one of metrics
    public static List<MetricLine> read(Path file) throws IOException {
        return JsonLines.read(file, Metrics::line);
    }

    /// Lets a sink have every line from here on, and closes it in the end.
    public void copyTo(MetricSink sink) {
        sinks.add(sink);
    }

    /// Appends a line.
    public void append(MetricLine line) throws IOException {
        SequencedMap<String, Object> object = new LinkedHashMap<>();
        object.put(JsonLines.STEP, line.step());
        line.values().forEach((name, value) -> object.put(name, asJson(value)));
        lines.append(object);
        for (MetricSink sink : sinks) {
            sink.append(line);
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
        for (MetricSink sink : sinks) {
            sink.close();
        }
    }

    private static Object asJson(Object value) {
        boolean isNumber = value instanceof Double || value instanceof Float;
        return isNumber && !Double.isFinite(((Number) value).doubleValue()) ? value.toString() : value;
    }

    private static MetricLine line(JsonNode object) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!entry.getKey().equals(JsonLines.STEP)) {
                values.put(entry.getKey(), value(entry.getValue()));
            }
        }
        return new MetricLine(object.required(JsonLines.STEP).asLong(), values);
    }

    private static Object value(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.asLong();
        }
        if (node.isNumber()) {
            return node.asDouble();
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        String text = node.isString() ? node.asString() : node.toString();
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> text;
        };
    }
}
