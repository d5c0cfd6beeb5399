package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A tensor of an open GGUF file.
///
/// @param name its name in the file
/// @param type how the file holds its numbers
/// @param shape dimensions, outermost first
/// @param bytes as they lie in the file, read only
public record GgufTensor(String name, Type type, List<Long> shape, MemorySegment bytes) {

    /// Numbers that share a scale in Q8_0.
    private static final int BLOCK = 32;

    private static final int BLOCK_BYTES = 2 + BLOCK;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// How a file holds numbers, of those that are read.
    public enum Type {
        F32(0, Dtype.F32),
        F16(1, Dtype.F16),
        BF16(30, Dtype.BF16),
        /// Blocks of 32 numbers: a float16 scale, then a signed byte each.
        Q8_0(8, Dtype.F32);

        private final int code;
        private final Dtype dtype;

        Type(int code, Dtype dtype) {
            this.code = code;
            this.dtype = dtype;
        }

        static Optional<Type> of(long code) {
            return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
        }

        /// The type of the numbers once they are [read][GgufTensor#numbers].
        public Dtype dtype() {
            return dtype;
        }

        /// Bytes of so many numbers.
        long bytes(long elements) {
            return this == Q8_0 ? elements / BLOCK * BLOCK_BYTES : elements * dtype.bytes();
        }
    }

    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /// Its numbers in row-major order, as [Type#dtype].
    public MemorySegment numbers() {
        if (type != Type.Q8_0) {
            return bytes;
        }
        long blocks = bytes.byteSize() / BLOCK_BYTES;
        float[] numbers = new float[Math.toIntExact(blocks * BLOCK)];
        for (int block = 0; block < blocks; block++) {
            long start = (long) block * BLOCK_BYTES;
            float scale = Float.float16ToFloat(bytes.get(SHORT, start));
            for (int i = 0; i < BLOCK; i++) {
                numbers[block * BLOCK + i] = scale * bytes.get(ValueLayout.JAVA_BYTE, start + 2 + i);
            }
        }
        return MemorySegment.ofArray(numbers);
    }
}
