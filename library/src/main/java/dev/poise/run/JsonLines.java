package dev.poise.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A file of JSON objects, one a line, each of a step, steps never falling.
///
/// A line counts once its line feed is there. What follows the last line feed is a line that was cut off while it was
/// written (or is being written right now) and is not read.
final class JsonLines implements AutoCloseable {

    /// The key of a line's step, as TRL names it.
    static final String STEP = "step";

    private static final JsonMapper JSON = new JsonMapper();

    /// @param object the line's object
    /// @param end offset of the byte after its line feed
    private record Line(JsonNode object, long end) {}

    private final OutputStream out;

    private JsonLines(OutputStream out) {
        this.out = out;
    }

    /// An empty file, whatever was there.
    static JsonLines create(Path file) throws IOException {
        return new JsonLines(Files.newOutputStream(file));
    }

    /// The file cut after the last line of `lastStep`, ready to go on.
    static JsonLines resume(Path file, long lastStep) throws IOException {
        long end = 0;
        if (Files.exists(file)) {
            for (Line line : lines(file)) {
                if (step(line.object()) > lastStep) {
                    break;
                }
                end = line.end();
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(end);
            }
        }
        return new JsonLines(Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /// The objects of a file, in order.
    ///
    /// @throws IOException when a line is not a JSON object with a step
    static List<JsonNode> read(Path file) throws IOException {
        return lines(file).stream().map(Line::object).toList();
    }

    static long step(JsonNode object) {
        return object.path(STEP).asLong();
    }

    /// Appends one line; it has left the process when this returns.
    void append(Map<String, ?> object) throws IOException {
        out.write((JSON.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static List<Line> lines(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                String where = file + ":" + (lines.size() + 1);
                lines.add(new Line(object(where, new String(bytes, start, i - start, StandardCharsets.UTF_8)), i + 1));
                start = i + 1;
            }
        }
        return lines;
    }

    private static JsonNode object(String where, String text) throws IOException {
        try {
            JsonNode node = JSON.readTree(text);
            if (node.isObject() && node.path(STEP).isIntegralNumber()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new IOException(where + " must be a JSON object, got " + RecipeText.quoted(text), e);
        }
        throw new IOException(where + " must be a JSON object with " + STEP + ", got " + RecipeText.quoted(text));
    }
}
