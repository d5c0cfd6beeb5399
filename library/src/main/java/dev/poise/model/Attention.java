package dev.poise.model;

import org.bytedeco.pytorch.Tensor;

/// Who sees whom in one forward pass.
@FunctionalInterface
interface Attention {

    /// Softmax attention of a layer, in the type of sums.
    ///
    /// @param layer zero-based block
    /// @param query `[N, H, W]`, rotated
    /// @param key `[N, K, W]`, rotated
    /// @param value `[N, K, W]`
    /// @return what the query heads gathered, `[N, H * W]`
    Tensor attend(int layer, Tensor query, Tensor key, Tensor value);
}
