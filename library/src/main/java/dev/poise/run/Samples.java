package dev.poise.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// Writes `samples.jsonl`: one answer of the policy a line, with the step at which it was given. Resumes as
/// [Metrics].
public final class Samples implements AutoCloseable {

    private final JsonLines lines;

    private Samples(JsonLines lines) {
        this.lines = lines;
    }

    /// Starts an empty file in place of whatever is there.
    public static Samples create(Path file) throws IOException {
        return new Samples(JsonLines.create(file));
    }

    /// Goes on after the lines of `lastStep`, dropping later ones and one that was cut off.
    ///
    /// @throws IOException when a line before them is not a sample
    public static Samples resume(Path file, long lastStep) throws IOException {
        return new Samples(JsonLines.resume(file, lastStep));
    }

    /// The lines of a file, also of a run that is still writing it.
    ///
    /// @throws IOException when a line other than a cut last one is not a sample
    public static List<SampleLine> read(Path file) throws IOException {
        return JsonLines.read(file, Samples::line);
    }

    /// Appends a line.
    public void append(SampleLine sample) throws IOException {
        SequencedMap<String, Object> object = new LinkedHashMap<>();
        object.put(JsonLines.STEP, sample.step());
        object.put("index", sample.index());
        object.put("prompt", sample.prompt());
        object.put("completion", sample.completion());
        object.put("tokens", sample.tokens());
        object.put("finished", sample.finished());
        lines.append(object);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }

    private static SampleLine line(JsonNode object) {
        return new SampleLine(
                object.required(JsonLines.STEP).asLong(),
                object.required("index").asInt(),
                object.required("prompt").asString(),
                object.required("completion").asString(),
                object.required("tokens").asInt(),
                object.required("finished").asBoolean());
    }
}
