package dev.poise.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A safetensors file, open for reading: mapped into memory, never copied to the heap.
///
/// Opening checks the whole header against the file's size, so no tensor reaches beyond the data, whatever the
/// header says. Readable from any thread; closing ends access to every tensor. A file must not be truncated
/// while it is open; Poise's own writer replaces files as a whole.
///
/// Format: <https://github.com/huggingface/safetensors>.
public final class SafetensorsFile implements AutoCloseable {

    /// Bytes of the header's length, fixed by the format.
    static final int LENGTH_BYTES = 8;

    /// Longest header, in bytes; the format's own limit.
    static final long MAXIMUM_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena;
    private final Contents contents;

    /// What a file holds.
    ///
    /// @param metadata the strings of `__metadata__`
    /// @param tensors by name, in the order of the data
    record Contents(Map<String, String> metadata, Map<String, StoredTensor> tensors) {}

    private SafetensorsFile(Arena arena, Contents contents) {
        this.arena = arena;
        this.contents = contents;
    }

    /// Maps `file` and reads its header.
    ///
    /// @throws WeightsException when it is not a well-formed safetensors file, or cannot be read
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            SafetensorsFile result = new SafetensorsFile(arena, map(file, arena));
            opened = true;
            return result;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /// The strings of the file's `__metadata__`.
    public Map<String, String> metadata() {
        return contents.metadata();
    }

    /// The tensors by name, in the order of their data.
    public Map<String, StoredTensor> tensors() {
        return contents.tensors();
    }

    /// Unmaps the file. Its tensors cannot be read any more.
    @Override
    public void close() {
        arena.close();
    }

    /// Maps `file` for as long as `arena` is open.
    static Contents map(Path file, Arena arena) {
        if (!Files.isRegularFile(file)) {
            throw WeightsException.in(
                    file, "must be a safetensors file, got " + (Files.exists(file) ? "no regular file" : "nothing"));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw WeightsException.in(file, "must start with " + LENGTH_BYTES + " bytes of length, got " + size);
            }
            return contents(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
        } catch (IOException failure) {
            throw WeightsException.failed(file, "read", failure);
        }
    }

    private static Contents contents(Path file, MemorySegment mapped) {
        long length = mapped.get(LENGTH, 0);
        long limit = Math.min(MAXIMUM_HEADER, mapped.byteSize() - LENGTH_BYTES);
        // The length is unsigned: one beyond 2^63 reads as negative and is as impossible.
        if (length < 0 || length > limit) {
            throw WeightsException.at(
                    file,
                    0,
                    "header length must be at most " + limit + " bytes in a file of " + mapped.byteSize() + ", got "
                            + Long.toUnsignedString(length));
        }
        if (length == 0 || mapped.get(ValueLayout.JAVA_BYTE, LENGTH_BYTES) != '{') {
            throw WeightsException.at(file, LENGTH_BYTES, "header must start with {, got something else");
        }
        MemorySegment data = mapped.asSlice(LENGTH_BYTES + length);
        SafetensorsHeader header =
                SafetensorsHeader.read(file, LENGTH_BYTES, mapped.asSlice(LENGTH_BYTES, length), data.byteSize());
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
            long offset = LENGTH_BYTES + length + entry.begin();
            tensors.put(
                    entry.name(), new StoredTensor(entry.name(), entry.dtype(), entry.shape(), bytes, file, offset));
        }
        return new Contents(Collections.unmodifiableMap(header.metadata()), Collections.unmodifiableMap(tensors));
    }
}
