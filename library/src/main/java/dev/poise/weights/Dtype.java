package dev.poise.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// An element type of the safetensors format, by the format's own names and in its own order: the writer puts
/// the later ones first, so that every tensor starts at a multiple of its element size.
///
/// All elements are little endian. Poise computes with [#F64], [#F32], [#F16] and [#BF16]; the others are known
/// so that they can be copied and refused by name. The format's types below one byte are unknown here.
public enum Dtype {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    C64(8),
    F64(8),
    I64(8),
    U64(8);

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    /// The type with the format's name `name`, or empty where there is none.
    static Optional<Dtype> named(String name) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.name().equals(name))
                .findFirst();
    }

    /// Bytes per element.
    public int bytes() {
        return bytes;
    }

    /// Whether Poise converts to and from this type: F64, F32, F16 and BF16.
    public boolean isConvertible() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /// Bytes of a tensor of this type, or empty where they are more than a long can count.
    ///
    /// @param shape dimensions, none negative; no dimension at all is one number
    OptionalLong bytes(List<Long> shape) {
        long size = bytes;
        for (long dimension : shape) {
            if (Math.multiplyHigh(size, dimension) != 0 || size * dimension < 0) {
                return OptionalLong.empty();
            }
            size *= dimension;
        }
        return OptionalLong.of(size);
    }
}
