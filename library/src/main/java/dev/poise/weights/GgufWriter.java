package dev.poise.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes GGUF files, version 3, little endian: what [GgufFile] reads.
///
/// Source of the format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
public final class GgufWriter {

    private static final int VERSION = 3;

    /// Where tensors begin, the format's default.
    private static final int ALIGNMENT = 32;

    /// Bytes of a tensor in memory at a time on its way to the file, about.
    private static final int CHUNK = 1 << 20;

    // The format's numbers of value types.
    private static final int UNSIGNED = 4;
    private static final int SIGNED = 5;
    private static final int FLOAT = 6;
    private static final int TRUTH = 7;
    private static final int TEXT = 8;
    private static final int ARRAY = 9;

    private GgufWriter() {}

    /// A tensor on its way to a file.
    ///
    /// @param name the tensor's name in the file
    /// @param type how the file is to hold its numbers; Q8_0 only where rows are of whole blocks
    /// @param shape dimensions, outermost first
    /// @param numbers the numbers in row-major order as F32, in memory that the arena gives or that outlives it;
    ///     called once, when the tensor's turn comes
    public record Outgoing(
            String name, GgufTensor.Type type, List<Long> shape, Function<Arena, MemorySegment> numbers) {

        public Outgoing {
            shape = List.copyOf(shape);
            if (!type.fits(shape)) {
                throw new IllegalArgumentException(
                        "rows of " + name + " must be of whole blocks of " + type + ", got " + shape);
            }
        }

        private long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        private long bytes() {
            return type.bytes(elements());
        }
    }

    /// Writes a file, which then is there completely or, if anything fails, as it was before.
    ///
    /// Metadata become the format's types by what they are: whole numbers UINT32, and INT32 in lists; other numbers
    /// FLOAT32; truth values and texts as such.
    ///
    /// @param metadata by full name, `general.architecture` first
    /// @throws IllegalArgumentException when two tensors have the same name, or a value is of another kind
    /// @throws WeightsException when the file cannot be written, or a number is not finite or beyond the range of
    ///     its tensor's type
    public static void write(Path file, ObjectNode metadata, List<Outgoing> tensors) {
        byte[] head = head(metadata, tensors);
        AtomicFile.write(file, channel -> {
            AtomicFile.writeFully(channel, ByteBuffer.wrap(head));
            for (Outgoing tensor : tensors) {
                try (Arena arena = Arena.ofConfined()) {
                    write(channel, file, tensor, tensor.numbers().apply(arena));
                }
                AtomicFile.writeFully(channel, ByteBuffer.allocate((int) padding(tensor.bytes())));
            }
        });
    }

    private static byte[] head(ObjectNode metadata, List<Outgoing> tensors) {
        Head head = new Head();
        head.text.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        head.integer(VERSION);
        head.wide(tensors.size());
        head.wide(metadata.size());
        for (Map.Entry<String, JsonNode> entry : metadata.properties()) {
            head.text(entry.getKey());
            head.entry(entry.getKey(), entry.getValue());
        }
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (Outgoing tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("tensors must have distinct names, got twice " + tensor.name());
            }
            head.text(tensor.name());
            head.integer(tensor.shape().size());
            tensor.shape().reversed().forEach(head::wide); // the file has the innermost first
            head.integer(tensor.type().code());
            head.wide(offset);
            offset += tensor.bytes() + padding(tensor.bytes());
        }
        head.text.writeBytes(new byte[(int) padding(head.text.size())]);
        return head.text.toByteArray();
    }

    private static long padding(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT - bytes;
    }

    private static void write(FileChannel channel, Path file, Outgoing tensor, MemorySegment numbers)
            throws IOException {
        long count = tensor.elements();
        if (numbers.byteSize() != count * Float.BYTES) {
            throw new IllegalArgumentException("numbers of " + tensor.name() + " must be the " + count * Float.BYTES
                    + " bytes of F32" + tensor.shape() + ", got " + numbers.byteSize());
        }
        int window = CHUNK / Float.BYTES;
        for (long first = 0; first < count; first += window) {
            long size = Math.min(window, count - first);
            float[] some =
                    numbers.asSlice(first * Float.BYTES, size * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            try {
                AtomicFile.writeFully(channel, tensor.type().encoded(some));
            } catch (ArithmeticException e) {
                throw WeightsException.in(
                        file, "tensor " + WeightsException.shown(tensor.name()) + " must hold " + e.getMessage());
            }
        }
    }

    /// What stands before the tensors.
    private static final class Head {

        private final ByteArrayOutputStream text = new ByteArrayOutputStream();

        void entry(String key, JsonNode value) {
            if (value.isArray()) {
                integer(ARRAY);
                int type = value.isEmpty() ? TEXT : elementType(key, value);
                integer(type);
                wide(value.size());
                value.values().forEach(element -> value(type, element));
            } else {
                int type = type(key, value);
                integer(type);
                value(type, value);
            }
        }

        /// The type of a list's elements, which must all be of one kind.
        private static int elementType(String key, JsonNode list) {
            int[] types = list.valueStream()
                    .mapToInt(element -> type(key, element))
                    .distinct()
                    .toArray();
            if (types.length > 1) {
                throw new IllegalArgumentException(key + " must be a list of one kind, got several");
            }
            return types[0] == UNSIGNED ? SIGNED : types[0];
        }

        private static int type(String key, JsonNode value) {
            if (value.isString()) {
                return TEXT;
            }
            if (value.isBoolean()) {
                return TRUTH;
            }
            if (value.isInt() && value.intValue() >= 0) {
                return UNSIGNED;
            }
            if (value.isFloat() || value.isDouble()) {
                return FLOAT;
            }
            throw new IllegalArgumentException(
                    key + " must be a text, a truth value, a whole number below 2^31 or another number, got " + value);
        }

        private void value(int type, JsonNode value) {
            switch (type) {
                case TEXT -> text(value.stringValue());
                case TRUTH -> text.write(value.booleanValue() ? 1 : 0);
                case FLOAT -> integer(Float.floatToRawIntBits((float) value.doubleValue()));
                case UNSIGNED, SIGNED -> integer(value.intValue());
                // Types come from this class.
                default -> throw new IllegalStateException("no such type: " + type);
            }
        }

        void text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            wide(bytes.length);
            text.writeBytes(bytes);
        }

        void integer(int value) {
            text.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void wide(long value) {
            text.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }
    }
}
