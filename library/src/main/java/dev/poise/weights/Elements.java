package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Conversion of stored numbers between the four element types that Poise computes with.
///
/// Widening is exact; narrowing rounds once, to the nearest value and ties to even, as IEEE 754 does, so that
/// numbers beyond a type's range become infinite. NaN stays NaN.
final class Elements {

    // The format is little endian, and so is every processor that libtorch's jars are built for.
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Numbers converted at a time: 16 KiB of doubles stay in the fastest cache of any processor.
    private static final int WINDOW = 2048;

    private Elements() {}

    /// Fills `to` with the numbers of `from`.
    ///
    /// @throws IllegalArgumentException when the two do not hold equally many numbers, or when the types differ
    ///     and one of them is not convertible
    static void convert(MemorySegment from, Dtype source, MemorySegment to, Dtype target) {
        long count = from.byteSize() / source.bytes();
        if (from.byteSize() != count * source.bytes() || to.byteSize() != count * target.bytes()) {
            throw new IllegalArgumentException("destination must hold " + count * target.bytes() + " bytes for " + count
                    + " numbers as " + target + ", got " + to.byteSize());
        }
        if (source == target) {
            to.copyFrom(from);
            return;
        }
        double[] window = new double[WINDOW];
        for (long first = 0; first < count; first += WINDOW) {
            int size = (int) Math.min(WINDOW, count - first);
            decode(from.asSlice(first * source.bytes()), source, window, size);
            encode(window, size, to.asSlice(first * target.bytes()), target);
        }
    }

    /// Every number of the four types is a double, so nothing is lost on the way.
    private static void decode(MemorySegment from, Dtype source, double[] window, int size) {
        switch (source) {
            case F64 -> {
                for (int i = 0; i < size; i++) {
                    window[i] = from.get(DOUBLE, i * 8L);
                }
            }
            case F32 -> {
                for (int i = 0; i < size; i++) {
                    window[i] = from.get(FLOAT, i * 4L);
                }
            }
            case F16 -> {
                for (int i = 0; i < size; i++) {
                    window[i] = Float.float16ToFloat(from.get(SHORT, i * 2L));
                }
            }
            case BF16 -> {
                for (int i = 0; i < size; i++) {
                    window[i] = Float.intBitsToFloat(from.get(SHORT, i * 2L) << 16);
                }
            }
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, I32, U32, C64, I64, U64 ->
                throw inconvertible(source);
        }
    }

    private static void encode(double[] window, int size, MemorySegment to, Dtype target) {
        switch (target) {
            case F64 -> {
                for (int i = 0; i < size; i++) {
                    to.set(DOUBLE, i * 8L, window[i]);
                }
            }
            case F32 -> {
                for (int i = 0; i < size; i++) {
                    to.set(FLOAT, i * 4L, (float) window[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < size; i++) {
                    to.set(SHORT, i * 2L, Float.floatToFloat16(roundedToOdd(window[i])));
                }
            }
            case BF16 -> {
                for (int i = 0; i < size; i++) {
                    to.set(SHORT, i * 2L, bfloat16(roundedToOdd(window[i])));
                }
            }
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, I32, U32, C64, I64, U64 ->
                throw inconvertible(target);
        }
    }

    /// The float beside `value` whose last bit is set, or `value` itself where it is a float.
    ///
    /// Rounding twice to nearest (double to float to 16 bits) can make a tie that was none. An odd last bit
    /// marks "not exact" and is never a tie, so the second rounding ends where a single one would (Boldo and
    /// Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
    /// 2008).
    private static float roundedToOdd(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        if (nearest == value || Double.isNaN(value) || (bits & 1) == 1) {
            return nearest;
        }
        // Of the two floats around an inexact value exactly one is odd: the neighbour of an even nearest one.
        boolean beyond = Math.abs((double) nearest) > Math.abs(value);
        return Float.intBitsToFloat(beyond ? bits - 1 : bits + 1);
    }

    /// The upper half of a float's bits, rounded to nearest with ties to even.
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Cutting could clear every set bit of the fraction and leave infinity, so the quiet bit is set.
            return (short) ((bits >>> 16) | 0x40);
        }
        // Adding half a unit, less one where the kept part is even, carries exactly when rounding goes up.
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    private static IllegalArgumentException inconvertible(Dtype dtype) {
        return new IllegalArgumentException("an element type to convert must be F64, F32, F16 or BF16, got " + dtype);
    }
}
