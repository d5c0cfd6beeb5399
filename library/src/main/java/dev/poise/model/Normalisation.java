package dev.poise.model;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Normalisation of the last dimension, in the type of sums.
///
/// @param kind RMS or LAYER
/// @param epsilon added to the variance
/// @param scale `[D]`
/// @param shift `[D]`; null for RMS
record Normalisation(
        Architecture.Norm.Kind kind,
        double epsilon,
        Tensor scale,
        @Nullable Tensor shift) {

    Tensor of(Tensor x) {
        Tensor input = x.to(scale.scalar_type());
        return switch (kind) {
            case RMS -> torch.rms_norm(input, scale.shape(), new TensorOptional(scale), new DoubleOptional(epsilon));
            case LAYER ->
                torch.layer_norm(
                        input,
                        scale.shape(),
                        new TensorOptional(scale),
                        shift == null ? new TensorOptional() : new TensorOptional(shift),
                        epsilon,
                        false);
        };
    }
}
