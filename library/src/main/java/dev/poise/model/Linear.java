package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.PackedWeight;
import dev.poise.torch.Precision;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// x W^T + b, and where it is adapted a low-rank part of the same.
///
/// @param weight `[out, in]`, an operand of products
/// @param bias `[out]`, in the type of sums; null where the map has none
/// @param precision of the product
/// @param packed the weight in the order for few rows, which then are mapped without gradients; else null
/// @param update the low-rank part; null where the map is not adapted
record Linear(
        Tensor weight,
        @Nullable Tensor bias,
        Precision precision,
        @Nullable PackedWeight packed,
        @Nullable LowRank update) {

    Linear(Tensor weight, @Nullable Tensor bias, Precision precision, @Nullable LowRank update) {
        this(weight, bias, precision, null, update);
    }

    /// The same map for at most `rows` rows, without gradients and with a second copy of the weight.
    Linear packed(int rows, Owned owner) {
        return new Linear(weight, bias, precision, PackedWeight.of(weight, rows, owner), update);
    }

    /// Maps the last dimension, in the weight's type.
    Tensor of(Tensor x) {
        Tensor input = precision.operand(x);
        Tensor product = product(input);
        return update == null ? product : update.addTo(product, input);
    }

    private Tensor product(Tensor input) {
        if (packed != null) {
            Tensor product = packed.product(input);
            return bias == null ? product : product.add_(bias);
        }
        return bias == null
                ? torch.linear(input, weight)
                : torch.linear(input, weight, new TensorOptional(bias.to(weight.scalar_type())));
    }
}
