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
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A file of JSON objects, one a line, each of a step, steps never falling.
///
/// A line counts once its line feed is there. What follows the last line feed is a line that was cut off while it
/// was written (or is being written right now) and is not read.
final class JsonLines implements AutoCloseable {

    /// The key of a line's step, as the log history of `trainer_state.json` names it.
    static final String STEP = "step";

    private static final JsonMapper JSON = new JsonMapper();

    /// @param where the file and the line's number
    /// @param object the line's object
    /// @param end offset of the byte after its line feed
    private record Line(String where, JsonNode object, long end) {

        long step() {
            return object.path(STEP).asLong();
        }
    }

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
                if (line.step() > lastStep) {
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

    /// What `convert` makes of a file's objects, in order.
    ///
    /// @throws IOException when a line is not a JSON object with a step, or not one that can be converted
    static <T> List<T> read(Path file, Function<JsonNode, T> convert) throws IOException {
        List<T> converted = new ArrayList<>();
        for (Line line : lines(file)) {
            try {
                converted.add(convert.apply(line.object()));
            } catch (JacksonException e) {
                throw new IOException(line.where() + " must have other fields: " + e.getOriginalMessage(), e);
            }
        }
        return converted;
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
                String text = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                lines.add(new Line(where, object(where, text), i + 1));
                start = i + 1;
            }
        }
        return lines;
    }

    private static JsonNode object(String where, String text) throws IOException {
        String expected = where + " must be a JSON object with a whole " + STEP + ", got ";
        try {
            JsonNode node = JSON.readTree(text);
            if (node.path(STEP).isIntegralNumber() && node.path(STEP).canConvertToLong()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new IOException(expected + RecipeText.shown(text), e);
        }
        throw new IOException(expected + RecipeText.shown(text));
    }
}
