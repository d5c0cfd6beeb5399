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

    /// For so few rows W x^T is computed rather than x W^T: it packs the rows instead of the weights, and takes
    /// half the time.
    private static final int FEW = 16;

    /// Maps the last dimension, in the weight's type.
    Tensor of(Tensor x) {
        return product(precision.operand(x), weight, bias);
    }

    /// x W^T + b for an operand of products.
    static Tensor product(Tensor input, Tensor weight, @Nullable Tensor bias) {
        if (input.size(0) <= FEW) {
            Tensor product = weight.matmul(input.t()).t().contiguous();
            return bias == null ? product : product.add(bias.to(weight.scalar_type()));
        }
        return bias == null
                ? torch.linear(input, weight)
                : torch.linear(input, weight, new TensorOptional(bias.to(weight.scalar_type())));
    }
}
