package dev.poise.model;

import dev.poise.model.Architecture.Caps;
import dev.poise.torch.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
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

    /// What queries gather, `[G, H, L, W]`. Neighbouring query heads share a key-value head.
    ///
    /// @param query `[G, H, L, W]`
    /// @param key `[G, K, T, W]`
    /// @param value `[G, K, T, W]`
    /// @param mask true where a query sees a key, broadcast to `[.., L, T]`; nothing where each sees all
    /// @param causal whether query i sees keys up to i only; not with a mask, nor where scores are capped
    Tensor of(Tensor query, Tensor key, Tensor value, TensorOptional mask, boolean causal) {
        if (!capped()) {
            return torch.scaled_dot_product_attention(
                    query, key, value, mask, 0.0, causal, new DoubleOptional(scale), query.size(1) != key.size(1));
        }
        Tensor scores = query.matmul(perQueryHead(key, query).transpose(-2, -1));
        Tensor bounded = scores.mul(Tensors.scalar(scale / cap)).tanh().mul(Tensors.scalar(cap));
        Tensor seen = mask.has_value()
                ? bounded.masked_fill(mask.get().logical_not(), Tensors.scalar(Double.NEGATIVE_INFINITY))
                : bounded;
        return torch.softmax(seen, -1).matmul(perQueryHead(value, query));
    }

    /// Key or value heads repeated so that every query head has its own, `[G, H, T, W]`.
    private static Tensor perQueryHead(Tensor heads, Tensor query) {
        long repeats = query.size(1) / heads.size(1);
        return repeats == 1 ? heads : heads.repeat_interleave(repeats, new LongOptional(1), new LongOptional());
    }
}
