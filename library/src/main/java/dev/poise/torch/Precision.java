package dev.poise.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/// The number type of a model's matrix products.
///
/// Master weights, norms, residual sums, log-softmax, losses and the optimiser stay in at least float32 whatever is
/// chosen: bfloat16 is for the products only, as mixed-precision training does elsewhere in the field.
public enum Precision {
    /// 32-bit throughout.
    FLOAT32,
    /// bfloat16 products over float32 master weights.
    BFLOAT16,
    /// 64-bit throughout: for checks.
    FLOAT64;

    /// The type of matrix products.
    public ScalarType products() {
        return switch (this) {
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT64 -> ScalarType.Double;
        };
    }

    /// The type of master weights, sums and losses.
    public ScalarType sums() {
        return this == FLOAT64 ? ScalarType.Double : ScalarType.Float;
    }
}
