package dev.poise.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The few tensor operations that read badly through the native binding, under their plain names.
public final class Tensors {

    private Tensors() {}

    /// Token ids or indices, `[n]`, int64.
    public static Tensor indices(int[] values) {
        Tensor tensor = empty(ScalarType.Long, values.length);
        MemorySegment memory = memory(tensor);
        for (int i = 0; i < values.length; i++) {
            memory.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
        }
        return tensor;
    }

    /// Values as a tensor of `type` (float32 or float64), `[n]`.
    public static Tensor of(double[] values, ScalarType type) {
        return Tensor.create(values, values.length).to(type);
    }

    /// Truth values as a boolean tensor of `shape`.
    public static Tensor of(boolean[] values, long... shape) {
        return Tensor.create(values, shape);
    }

    /// Zeros of a shape.
    public static Tensor zeros(ScalarType type, long... shape) {
        return torch.zeros(shape, options(type));
    }

    /// Memory of a shape, not initialised.
    public static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, options(type), new MemoryFormatOptional());
    }

    /// A copy of a floating-point tensor's values in row-major order.
    public static double[] toDoubles(Tensor tensor) {
        Tensor copy = tensor.detach().to(ScalarType.Double).contiguous();
        return memory(copy).toArray(ValueLayout.JAVA_DOUBLE);
    }

    /// A copy of an integer tensor's values in row-major order.
    ///
    /// @throws ArithmeticException when a value does not fit an `int`
    public static int[] toInts(Tensor tensor) {
        long[] values = memory(tensor.detach().to(ScalarType.Long).contiguous()).toArray(ValueLayout.JAVA_LONG);
        int[] ints = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            ints[i] = Math.toIntExact(values[i]);
        }
        return ints;
    }

    /// The bytes of a contiguous CPU tensor, for reading and writing while the tensor lives.
    ///
    /// The segment does not keep the tensor alive and must not outlive it.
    @SuppressWarnings("restricted") // the size comes from the tensor itself
    public static MemorySegment memory(Tensor tensor) {
        if (!tensor.is_contiguous()) {
            throw new IllegalArgumentException("tensor must be contiguous to be seen as memory");
        }
        Pointer data = tensor.data_ptr();
        return MemorySegment.ofAddress(data.address()).reinterpret(tensor.nbytes(), Arena.global(), null);
    }

    /// Softmax over the last dimension, computed and returned in `type`.
    public static Tensor softmax(Tensor logits, ScalarType type) {
        return torch.softmax(logits, -1, new ScalarTypeOptional(type));
    }

    /// Concatenation along a dimension.
    public static Tensor cat(long dimension, Tensor... parts) {
        return torch.cat(new TensorVector(parts), dimension);
    }

    /// A real number as libtorch wants it.
    public static Scalar scalar(double value) {
        return new Scalar(value);
    }

    private static TensorOptions options(ScalarType type) {
        return new TensorOptions(type);
    }
}
