package dev.poise.model;

import dev.poise.model.Architecture.Caps;
import dev.poise.torch.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// softmax(mask(cap(scale q kᵀ))) v.
///
/// @param scale factor on query-key products
/// @param cap soft bound of the scaled products; infinite where there is none
record AttentionProducts(double scale, double cap) {

    static AttentionProducts of(Architecture architecture) {
        return new AttentionProducts(
                architecture.attentionScale(), architecture.caps().scores());
    }

    /// Whether scores are bounded: then libtorch has no single operation for it, and nothing is causal by itself.
    boolean capped() {
        return Caps.bounds(cap);
    }

    /// What queries gather, `[.., L, W]`.
    ///
    /// @param query `[.., L, W]`
    /// @param key `[.., T, W]`
    /// @param value `[.., T, W]`
    /// @param mask true where a query sees a key, broadcast to `[.., L, T]`; nothing where each sees all
    /// @param causal whether query i sees keys up to i only; not with a mask, nor where scores are capped
    Tensor of(Tensor query, Tensor key, Tensor value, TensorOptional mask, boolean causal) {
        if (!capped()) {
            return torch.scaled_dot_product_attention(
                    query, key, value, mask, 0.0, causal, new DoubleOptional(scale), false);
        }
        Tensor scores = query.matmul(key.transpose(-2, -1));
        Tensor bounded = scores.mul(Tensors.scalar(scale / cap)).tanh().mul(Tensors.scalar(cap));
        Tensor seen = mask.has_value()
                ? bounded.masked_fill(mask.get().logical_not(), Tensors.scalar(Double.NEGATIVE_INFINITY))
                : bounded;
        return Tensors.softmax(seen, value.scalar_type()).matmul(value);
    }
}
