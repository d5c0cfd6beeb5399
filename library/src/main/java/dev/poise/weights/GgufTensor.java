package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
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

    /// How a file holds numbers, of those that are read and written.
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

        /// The format's number of it.
        int code() {
            return code;
        }

        /// Whether a tensor of a shape, outermost first, can be held so: rows of Q8_0 are of whole blocks.
        public boolean fits(List<Long> shape) {
            return this != Q8_0 || shape.getLast() % BLOCK == 0;
        }

        /// Bytes of so many numbers.
        long bytes(long elements) {
            return this == Q8_0 ? elements / BLOCK * BLOCK_BYTES : elements * dtype.bytes();
        }

        /// Numbers as the file holds them, rounded to nearest where it holds fewer digits.
        ///
        /// @throws ArithmeticException saying what they must be where one is not finite or beyond the range
        ByteBuffer encoded(float[] numbers) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(bytes(numbers.length))).order(ByteOrder.LITTLE_ENDIAN);
            for (float number : numbers) {
                if (!Float.isFinite(number)) {
                    throw new ArithmeticException("finite numbers, got " + number);
                }
            }
            switch (this) {
                case F32 -> bytes.asFloatBuffer().put(numbers);
                case F16 -> {
                    for (int i = 0; i < numbers.length; i++) {
                        bytes.putShort(2 * i, half(numbers[i]));
                    }
                }
                case BF16 ->
                    Elements.convert(
                            MemorySegment.ofArray(numbers), Dtype.F32, MemorySegment.ofBuffer(bytes), Dtype.BF16);
                case Q8_0 -> {
                    for (int first = 0; first < numbers.length; first += BLOCK) {
                        quantise(numbers, first, bytes);
                    }
                    bytes.rewind();
                }
            }
            return bytes;
        }

        /// A block: its largest magnitude becomes 127, and each number a whole multiple of what then is 1, halves
        /// rounded away from zero. Source: ggml's `quantize_row_q8_0_ref`.
        private static void quantise(float[] numbers, int first, ByteBuffer bytes) {
            float largest = 0;
            for (int i = first; i < first + BLOCK; i++) {
                largest = Math.max(largest, Math.abs(numbers[i]));
            }
            float scale = largest / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            bytes.putShort(half(scale));
            for (int i = first; i < first + BLOCK; i++) {
                float magnitude = Math.abs(numbers[i] * inverse);
                double whole = Math.floor(magnitude);
                whole += magnitude - whole >= 0.5 ? 1 : 0;
                bytes.put((byte) (numbers[i] < 0 ? -whole : whole));
            }
        }

        private static short half(float number) {
            short half = Float.floatToFloat16(number);
            if (!Float.isFinite(Float.float16ToFloat(half))) {
                throw new ArithmeticException(
                        "numbers within the range of float16, got " + number + "; choose f32 or bf16");
            }
            return half;
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
