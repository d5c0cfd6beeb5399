package dev.poise.data;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// The rows of a file of JSON, one at a time: a row a line, or the elements of an array.
final class JsonRows implements FileRows {

    private static final String GZIP = ".gz";
    private static final String ZSTANDARD = ".zst";

    private final Path file;
    private final int maxBytes;
    private final ObjectReader json;
    private final InputStream input;
    private final RowCutter cutter;
    private final boolean array;
    private long line;

    JsonRows(Path file, int maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.json = reader(maxBytes);
        try {
            this.input = open(file);
            this.cutter = new RowCutter(input, maxBytes);
            this.array = isArrayFile(file) && cutter.atArray();
        } catch (MalformedInputException e) {
            throw new DataException(file, "broken Zstandard data (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (array) {
            cutter.enterArray();
        }
    }

    @Override
    public Optional<RawRow> next() {
        try {
            while (array ? cutter.nextElement() : cutter.nextLine()) {
                line++;
                if (array || cutter.tooLong() || !isBlank()) {
                    return Optional.of(row(new Source(file, line)));
                }
            }
            if (array && !cutter.atEnd()) {
                throw new DataException(file, "must end with its array, got more behind it");
            }
            return Optional.empty();
        } catch (RowCutter.UnclosedArray e) {
            throw new DataException(file, "ends inside its array, after element " + line, e);
        } catch (MalformedInputException e) {
            String after = line == 0 ? "" : " after row " + line;
            throw new DataException(file, "broken Zstandard data" + after + " (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private RawRow row(Source source) {
        if (cutter.tooLong()) {
            return unreadable(
                    source,
                    Flaw.TOO_MANY_BYTES,
                    "a row must hold at most " + maxBytes + " bytes, got " + cutter.length());
        }
        int invalid = Excerpt.firstInvalidByte(cutter.bytes(), cutter.kept());
        if (invalid >= 0) {
            return unreadable(source, Flaw.INVALID_UTF8, "invalid UTF-8 at byte offset " + invalid + " of the row");
        }
        String text = new String(cutter.bytes(), 0, cutter.kept(), StandardCharsets.UTF_8);
        try {
            JsonNode columns = json.readTree(text);
            return columns.isObject()
                    ? new RawRow.Parsed(source, columns, text)
                    : unreadable(source, Flaw.BROKEN_JSON, "a row must be a JSON object, got " + Columns.kind(columns));
        } catch (JacksonException e) {
            return unreadable(source, Flaw.BROKEN_JSON, brokenJson(e));
        }
    }

    private RawRow unreadable(Source source, Flaw flaw, String reason) {
        return new RawRow.Unreadable(new BadRow(source, flaw, reason, Excerpt.raw(cutter.bytes(), cutter.kept())));
    }

    private static String brokenJson(JacksonException e) {
        String where =
                e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
        String what = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        return "broken JSON" + where + ": " + what;
    }

    private boolean isBlank() {
        for (int index = 0; index < cutter.kept(); index++) {
            byte value = cutter.bytes()[index];
            if (value != ' ' && value != '\t' && value != '\r') {
                return false;
            }
        }
        return true;
    }

    private static boolean isArrayFile(Path file) {
        String name = file.toString();
        return name.endsWith(".json") || name.endsWith(".json" + GZIP) || name.endsWith(".json" + ZSTANDARD);
    }

    /// A file's bytes, unpacked.
    static InputStream open(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        try {
            if (file.toString().endsWith(ZSTANDARD)) {
                return new ZstdInputStream(bytes);
            }
            return file.toString().endsWith(GZIP) ? new GZIPInputStream(bytes, 65_536) : bytes;
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private DataException unreadable(IOException e) {
        String after = line == 0 ? "" : " after row " + line;
        String problem =
                switch (e) {
                    case EOFException end -> "gzip data ends early" + after + ": the file is cut off";
                    case ZipException broken -> "broken gzip data" + after + " (" + broken.getMessage() + ")";
                    case IOException other -> "cannot be read" + after + " (" + other.getMessage() + ")";
                };
        return new DataException(file, problem, e);
    }

    private static ObjectReader reader(int maxBytes) {
        StreamReadConstraints limits =
                StreamReadConstraints.builder().maxStringLength(maxBytes).build();
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(limits)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .reader();
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
