package dev.poise.model;

import dev.poise.torch.Precision;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// x W^T + b.
///
/// @param weight `[out, in]`, an operand of products
/// @param bias `[out]`, in the type of sums; null where the map has none
/// @param precision of the product
record Linear(Tensor weight, @Nullable Tensor bias, Precision precision) {

    /// Maps the last dimension, in the weight's type.
    Tensor of(Tensor x) {
        Tensor input = precision.operand(x);
        return bias == null
                ? torch.linear(input, weight)
                : torch.linear(input, weight, new TensorOptional(bias.to(weight.scalar_type())));
    }
}
