package dev.poise.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The number type of a model's matrix products.
///
/// Master weights, norms, residual sums, log-softmax, losses and the optimiser stay in at least float32 whatever
/// is chosen: bfloat16 is for the products only, as mixed-precision training does elsewhere in the field.
///
/// Where the processor has no bfloat16 units, libtorch's bfloat16 products are up to a hundred times slower than
/// those in float32. There operands are rounded to bfloat16 and multiplied in float32, which is what the units do
/// as well.
public enum Precision {
    /// 32-bit throughout.
    FLOAT32,
    /// bfloat16 products over float32 master weights.
    BFLOAT16,
    /// 64-bit throughout: for checks.
    FLOAT64;

    /// The type that operands of matrix products are held in.
    public ScalarType products() {
        return switch (this) {
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> Torch.multipliesBfloat16() ? ScalarType.BFloat16 : ScalarType.Float;
            case FLOAT64 -> ScalarType.Double;
        };
    }

    /// A tensor as an operand of matrix products.
    public Tensor operand(Tensor x) {
        return switch (this) {
            case FLOAT32, FLOAT64 -> x;
            case BFLOAT16 -> x.to(ScalarType.BFloat16).to(products());
        };
    }

    /// The type of master weights, sums and losses.
    public ScalarType sums() {
        return this == FLOAT64 ? ScalarType.Double : ScalarType.Float;
    }
}
