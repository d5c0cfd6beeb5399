package dev.poise.remote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What services have answered: kept by a digest of service, prompt and completion, one line of JSON an answer, in a
/// file that is only ever added to, or in memory alone.
///
/// A line is written before its answer is used, so that whatever is killed asks nothing twice. A last line that was cut
/// off is dropped. Texts are not kept, only their digests.
public final class Answers implements AutoCloseable {

    private final Map<String, Double> known = new HashMap<>();
    private final @Nullable Path path;
    private final @Nullable FileChannel file;

    private Answers(@Nullable Path path, @Nullable FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /// In memory.
    public static Answers forgetful() {
        return new Answers(null, null);
    }

    /// In a file, made where there is none.
    ///
    /// @throws IOException when it holds something else, cannot be written, or another process has it
    public static Answers in(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock(file) == null) {
                throw new FileSystemException(
                        path + " must be written by one process at a time, got a second: wait for the first");
            }
            Answers answers = new Answers(path, file);
            file.truncate(answers.read(path));
            file.position(file.size());
            return answers;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process: as good as held by another
        }
    }

    /// @return bytes of whole lines
    private long read(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        int from = 0;
        int line = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                line++;
                String text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
                try {
                    JsonNode json = JsonMapper.shared().readTree(text);
                    known.put(
                            json.required("key").stringValue(),
                            json.required("answer").doubleValue());
                } catch (JacksonException e) {
                    throw new IOException(
                            path + ":" + line + " must be an answer {\"key\": …, \"answer\": …}; name another file", e);
                }
                from = at + 1;
            }
        }
        return from;
    }

    /// How many there are, those of earlier processes included.
    public synchronized long size() {
        return known.size();
    }

    /// Where they are kept; null for in memory.
    public @Nullable Path path() {
        return path;
    }

    synchronized OptionalDouble get(String key) {
        Double answer = known.get(key);
        return answer == null ? OptionalDouble.empty() : OptionalDouble.of(answer);
    }

    synchronized void put(String key, double answer) {
        if (file != null) {
            ByteBuffer line = ByteBuffer.wrap(
                    ("{\"key\":\"" + key + "\",\"answer\":" + answer + "}\n").getBytes(StandardCharsets.UTF_8));
            try {
                while (line.hasRemaining()) {
                    file.write(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(path + ": an answer cannot be kept", e);
            }
        }
        known.put(key, answer);
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(path + ": cannot be closed", e);
            }
        }
    }
}
