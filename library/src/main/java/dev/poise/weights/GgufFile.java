package dev.poise.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A GGUF file, open for reading: metadata and tensors, versions 2 and 3, little endian.
///
/// Source of the format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Closing ends access to every
/// tensor.
public final class GgufFile implements AutoCloseable {

    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final long ALIGNMENT = 32;
    private static final int MOST_DIMENSIONS = 4;
    private static final int ARRAY = 9;

    private final Path file;
    private final Arena arena;
    private final ObjectNode metadata;
    private final SortedMap<String, GgufTensor> tensors;

    private GgufFile(Path file, Arena arena, ObjectNode metadata, SortedMap<String, GgufTensor> tensors) {
        this.file = file;
        this.arena = arena;
        this.metadata = metadata;
        this.tensors = Collections.unmodifiableSortedMap(tensors);
    }

    /// Maps a file and reads what it says of itself.
    ///
    /// @throws WeightsException when it is malformed, or holds tensors of a type that is not read
    public static GgufFile open(Path file) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            GgufFile result =
                    new Reader(file, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)).read(arena);
            opened = true;
            return result;
        } catch (IOException e) {
            throw WeightsException.failed(file, "read", e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /// The file.
    public Path file() {
        return file;
    }

    /// Its metadata, such as `general.architecture`, under their full names.
    public JsonNode metadata() {
        return metadata;
    }

    /// Its tensors by name.
    public SortedMap<String, GgufTensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        arena.close();
    }

    /// Reads from the first byte on. Nothing is allocated that the file is too short for.
    private static final class Reader {

        private static final ValueLayout.OfShort SHORT =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfFloat FLOAT =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfDouble DOUBLE =
                ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final Path file;
        private final MemorySegment bytes;
        private long at;

        Reader(Path file, MemorySegment bytes) {
            this.file = file;
            this.bytes = bytes;
        }

        /// What is said of a tensor before the tensors begin.
        private record Described(String name, List<Long> shape, long type, long offset, long at) {}

        GgufFile read(Arena arena) {
            if (integer() != MAGIC) {
                throw WeightsException.at(file, 0, "must begin with GGUF");
            }
            int version = integer();
            if (version != 2 && version != 3) {
                throw WeightsException.at(file, 4, "version must be 2 or 3, got " + version);
            }
            long count = count("tensors");
            long keys = count("metadata keys");
            ObjectNode metadata = JsonNodeFactory.instance.objectNode();
            for (long key = 0; key < keys; key++) {
                String name = text();
                metadata.set(name, value(integer()));
            }
            List<Described> described = new ArrayList<>();
            for (long tensor = 0; tensor < count; tensor++) {
                described.add(describe());
            }
            long alignment = metadata.path("general.alignment").asLong(ALIGNMENT);
            if (alignment < 1) {
                throw WeightsException.in(file, "general.alignment must be at least 1, got " + alignment);
            }
            long start = Math.ceilDiv(at, alignment) * alignment;
            requireRead(described);
            SortedMap<String, GgufTensor> tensors = new TreeMap<>();
            for (Described one : described) {
                tensors.put(one.name, tensor(one, start));
            }
            return new GgufFile(file, arena, metadata, tensors);
        }

        private void requireRead(List<Described> described) {
            String others = described.stream()
                    .filter(one -> GgufTensor.Type.of(one.type).isEmpty())
                    .map(one -> WeightsException.shown(one.name) + " of type " + one.type)
                    .limit(3)
                    .collect(Collectors.joining(", "));
            if (!others.isEmpty()) {
                throw WeightsException.in(
                        file,
                        "tensors must be of type F32 (0), F16 (1), Q8_0 (8) or BF16 (30), got " + others
                                + "; quantise the model to one of these");
            }
        }

        private Described describe() {
            String name = text();
            long where = at;
            int dimensions = integer();
            if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
                throw WeightsException.at(
                        file, where, "dimensions must be from 1 to " + MOST_DIMENSIONS + ", got " + dimensions);
            }
            List<Long> shape = new ArrayList<>();
            for (int dimension = 0; dimension < dimensions; dimension++) {
                shape.addFirst(wide()); // the file has the innermost first
            }
            return new Described(name, shape, integer(), wide(), where);
        }

        private GgufTensor tensor(Described one, long start) {
            GgufTensor.Type type = GgufTensor.Type.of(one.type).orElseThrow();
            long rowOf = one.shape.getLast();
            boolean whole = type != GgufTensor.Type.Q8_0 || rowOf % 32 == 0;
            long elements = Dtype.U8.bytes(one.shape).orElse(-1);
            long from = start + one.offset;
            if (one.shape.stream().anyMatch(size -> size < 0)
                    || !whole
                    || elements < 0
                    || one.offset < 0
                    || from < start
                    || from > bytes.byteSize()
                    || elements > bytes.byteSize()
                    || type.bytes(elements) > bytes.byteSize() - from) {
                throw WeightsException.at(
                        file,
                        one.at,
                        "tensor " + WeightsException.shown(one.name) + " must lie within the file's " + bytes.byteSize()
                                + " bytes, got " + type + one.shape + " at " + one.offset);
            }
            return new GgufTensor(one.name, type, one.shape, bytes.asSlice(from, type.bytes(elements)));
        }

        private JsonNode value(int type) {
            JsonNodeFactory json = JsonNodeFactory.instance;
            return switch (type) {
                case 0 -> json.numberNode(Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, advance(1))));
                case 1 -> json.numberNode(bytes.get(ValueLayout.JAVA_BYTE, advance(1)));
                case 2 -> json.numberNode(Short.toUnsignedInt(bytes.get(SHORT, advance(2))));
                case 3 -> json.numberNode(bytes.get(SHORT, advance(2)));
                case 4 -> json.numberNode(Integer.toUnsignedLong(integer()));
                case 5 -> json.numberNode(integer());
                case 6 -> json.numberNode(bytes.get(FLOAT, advance(4)));
                case 7 -> json.booleanNode(bytes.get(ValueLayout.JAVA_BYTE, advance(1)) != 0);
                case 8 -> json.stringNode(text());
                case ARRAY -> array();
                case 10, 11 -> json.numberNode(wide());
                case 12 -> json.numberNode(bytes.get(DOUBLE, advance(8)));
                // A file may hold any number.
                default -> throw WeightsException.at(file, at - 4, "value type must be from 0 to 12, got " + type);
            };
        }

        private ArrayNode array() {
            int type = integer();
            if (type == ARRAY) {
                throw WeightsException.at(file, at - 4, "arrays of arrays are not read");
            }
            long length = count("elements");
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (long i = 0; i < length; i++) {
                array.add(value(type));
            }
            return array;
        }

        /// A count of things that take a byte each at least.
        private long count(String what) {
            long where = at;
            long count = wide();
            if (count < 0 || count > bytes.byteSize() - at) {
                throw WeightsException.at(
                        file, where, "number of " + what + " must fit the rest of the file, got " + count);
            }
            return count;
        }

        private String text() {
            int length = Math.toIntExact(Math.min(count("characters"), Integer.MAX_VALUE));
            byte[] text = bytes.asSlice(advance(length), length).toArray(ValueLayout.JAVA_BYTE);
            return new String(text, StandardCharsets.UTF_8);
        }

        private int integer() {
            return bytes.get(INT, advance(4));
        }

        private long wide() {
            return bytes.get(LONG, advance(8));
        }

        private long advance(long count) {
            if (count > bytes.byteSize() - at) {
                throw WeightsException.at(file, at, "must go on for " + count + " bytes, but the file ends");
            }
            long here = at;
            at += count;
            return here;
        }
    }
}
