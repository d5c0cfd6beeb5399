package dev.poise.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes safetensors files as the reference implementation does, byte for byte: wide element types first, then by
/// name, the header padded with spaces to a multiple of eight bytes.
///
/// The metadata says `{"format":"pt"}`, without which `transformers` does not load a file.
public final class SafetensorsWriter {

    /// Bytes of a tensor in memory at a time on its way to the file.
    private static final int CHUNK = 1 << 20;

    private static final Comparator<OutgoingTensor> ORDER =
            Comparator.comparing(OutgoingTensor::dtype).reversed().thenComparing(OutgoingTensor::name);

    private SafetensorsWriter() {}

    /// Writes `tensors` to `file`, which then is there completely or, if anything fails, as it was before.
    ///
    /// Numbers that a narrower element type cannot hold are rounded to nearest, ties to even; beyond its range they
    /// become infinite.
    ///
    /// @throws IllegalArgumentException when two tensors have the same name
    /// @throws WeightsException when the file cannot be written, or the header would be longer than the
    ///     format allows
    public static void write(Path file, List<OutgoingTensor> tensors) {
        write(file, tensors, Map.of());
    }

    /// As [#write(Path, List)], with more metadata.
    ///
    /// @param metadata entries beside the format's
    public static void write(Path file, List<OutgoingTensor> tensors, Map<String, String> metadata) {
        requireDistinct(tensors);
        List<OutgoingTensor> ordered = tensors.stream().sorted(ORDER).toList();
        byte[] header = header(ordered, metadata);
        if (header.length > SafetensorsFile.MAXIMUM_HEADER) {
            throw WeightsException.in(
                    file,
                    "header must be at most " + SafetensorsFile.MAXIMUM_HEADER + " bytes, got " + header.length
                            + "; write more than one file");
        }
        AtomicFile.write(file, channel -> {
            ByteBuffer length =
                    ByteBuffer.allocate(SafetensorsFile.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFile.writeFully(channel, length.putLong(header.length).flip());
            AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
            for (OutgoingTensor tensor : ordered) {
                write(channel, tensor);
            }
        });
    }

    /// Refuses lists that name a tensor twice.
    static void requireDistinct(List<OutgoingTensor> tensors) {
        Set<String> names = new HashSet<>();
        for (OutgoingTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("tensors must have distinct names, got twice " + tensor.name());
            }
        }
    }

    private static byte[] header(List<OutgoingTensor> ordered, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeObjectPropertyStart(SafetensorsHeader.METADATA);
            json.writeStringProperty("format", "pt");
            metadata.forEach(json::writeStringProperty);
            json.writeEndObject();
            long begin = 0;
            for (OutgoingTensor tensor : ordered) {
                long end = Math.addExact(begin, tensor.bytes());
                writeEntry(json, tensor, begin, end);
                begin = end;
            }
            json.writeEndObject();
        }
        while (bytes.size() % SafetensorsFile.LENGTH_BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static void writeEntry(JsonGenerator json, OutgoingTensor tensor, long begin, long end) {
        json.writeObjectPropertyStart(tensor.name());
        json.writeStringProperty("dtype", tensor.dtype().name());
        json.writeArrayPropertyStart("shape");
        for (long dimension : tensor.shape()) {
            json.writeNumber(dimension);
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("data_offsets");
        json.writeNumber(begin);
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(FileChannel channel, OutgoingTensor tensor) throws IOException {
        MemorySegment numbers = tensor.numbers().get();
        Dtype held = tensor.held();
        Dtype stored = tensor.dtype();
        long count = tensor.bytes() / stored.bytes();
        if (numbers.byteSize() != count * held.bytes()) {
            throw new IllegalArgumentException("numbers of " + tensor.name() + " must be the " + count * held.bytes()
                    + " bytes of " + held + tensor.shape() + ", got " + numbers.byteSize());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK);
            int window = CHUNK / stored.bytes();
            for (long first = 0; first < count; first += window) {
                long size = Math.min(window, count - first);
                MemorySegment converted = chunk.asSlice(0, size * stored.bytes());
                Elements.convert(numbers.asSlice(first * held.bytes(), size * held.bytes()), held, converted, stored);
                AtomicFile.writeFully(channel, converted.asByteBuffer());
            }
        }
    }
}
