package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// A tensor in an open safetensors file: its description, and its bytes where they lie in the mapped file.
///
/// Readable from any thread until the file is closed.
///
/// @param name the tensor's name in the file
/// @param dtype element type
/// @param shape dimensions, outermost first; empty for a single number
/// @param bytes the elements in row-major order, little endian, read only
/// @param file where the tensor is stored
/// @param offset of the tensor's first byte in the file
public record StoredTensor(String name, Dtype dtype, List<Long> shape, MemorySegment bytes, Path file, long offset) {

    public StoredTensor {
        shape = List.copyOf(shape);
        if (dtype.bytes(shape).orElse(-1) != bytes.byteSize()) {
            throw new IllegalArgumentException(
                    "bytes must be those of a tensor of " + dtype + shape + ", got " + bytes.byteSize());
        }
    }

    /// How many numbers the tensor holds.
    public long elements() {
        return bytes.byteSize() / dtype.bytes();
    }

    /// Writes the tensor's numbers to memory, converted on the way.
    ///
    /// Exact where `as` is at least as wide as [#dtype()]; F64 as F32 rounds to nearest, ties to even.
    ///
    /// @param destination exactly [#elements()] numbers of type `as`
    /// @param as F32 or F64
    /// @throws WeightsException when [#dtype()] is none of F64, F32, F16 and BF16
    /// @throws IllegalArgumentException when `as` is another type, or `destination` of another size
    public void copyTo(MemorySegment destination, Dtype as) {
        if (as != Dtype.F32 && as != Dtype.F64) {
            throw new IllegalArgumentException("as must be F32 or F64, got " + as);
        }
        if (!dtype.isConvertible()) {
            throw WeightsException.at(
                    file,
                    offset,
                    "dtype of tensor " + WeightsException.shown(name) + " must be F64, F32, F16 or BF16, got " + dtype);
        }
        Elements.convert(bytes, dtype, destination, as);
    }
}
