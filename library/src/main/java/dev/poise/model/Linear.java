package dev.poise.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// x W^T + b.
///
/// @param weight `[out, in]`, in the type of products
/// @param bias `[out]`, in the type of sums; null where the map has none
record Linear(Tensor weight, @Nullable Tensor bias) {

    /// Maps the last dimension, in the weight's type.
    Tensor of(Tensor x) {
        Tensor input = x.to(weight.scalar_type());
        return bias == null
                ? torch.linear(input, weight)
                : torch.linear(input, weight, new TensorOptional(bias.to(weight.scalar_type())));
    }
}
