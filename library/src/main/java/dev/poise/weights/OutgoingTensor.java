package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/// A tensor on its way to a file.
///
/// @param name the tensor's name in the file
/// @param dtype element type in the file
/// @param shape dimensions, outermost first; empty for a single number
/// @param held element type of the numbers in memory: `dtype`, or, to be converted, any convertible type
/// @param numbers the elements in row-major order. Called once, when the tensor's turn comes; what it returns is
///     read
///     before the next tensor is asked for, so all of a model's tensors may use the same memory
public record OutgoingTensor(String name, Dtype dtype, List<Long> shape, Dtype held, Supplier<MemorySegment> numbers) {

    public OutgoingTensor {
        shape = List.copyOf(shape);
        boolean negative = shape.stream().anyMatch(dimension -> dimension < 0);
        if (negative || dtype.bytes(shape).isEmpty() || held.bytes(shape).isEmpty()) {
            throw new IllegalArgumentException("shape of " + name + " must be of sizes that fit a file, got " + shape);
        }
        if (held != dtype && !(held.isConvertible() && dtype.isConvertible())) {
            throw new IllegalArgumentException(
                    "held of " + name + " must be " + dtype + " or a type that converts to it, got " + held);
        }
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("name must be a tensor's, got the reserved " + name);
        }
    }

    /// A stored tensor, to be copied as it is.
    public static OutgoingTensor copyOf(StoredTensor tensor) {
        return new OutgoingTensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.dtype(), tensor::bytes);
    }

    /// Bytes in the file.
    public long bytes() {
        return dtype.bytes(shape).orElseThrow();
    }
}
