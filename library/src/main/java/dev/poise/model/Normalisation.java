package dev.poise.model;

import dev.poise.model.Architecture.Norm;
import dev.poise.torch.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Normalisation of the last dimension, in the type of sums.
///
/// @param norm which
/// @param weight `[D]`, the scale, or the scale less one
/// @param shift `[D]`; null for RMS
record Normalisation(Norm norm, Tensor weight, @Nullable Tensor shift) {

    Tensor of(Tensor x) {
        Tensor input = x.to(weight.scalar_type());
        Tensor scale = norm.aboveOne() ? weight.add(Tensors.scalar(1)) : weight;
        return switch (norm.kind()) {
            case RMS ->
                torch.rms_norm(input, weight.shape(), new TensorOptional(scale), new DoubleOptional(norm.epsilon()));
            case LAYER ->
                torch.layer_norm(
                        input,
                        weight.shape(),
                        new TensorOptional(scale),
                        shift == null ? new TensorOptional() : new TensorOptional(shift),
                        norm.epsilon(),
                        false);
        };
    }
}
