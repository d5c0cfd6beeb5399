package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.PackedWeight;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// The linear maps of a decoder, with what stands between them.
///
/// @param blocks first to last
/// @param head from the normed residual stream to logits
record Maps(List<Block> blocks, Linear head) {

    /// Largest copy of all matrices that is made for speed, in bytes.
    private static final long LARGEST_COPY = 1L << 30;

    /// The same maps for steps of few rows, without gradients: with a second copy of their matrices in the order in
    /// which few rows are multiplied fastest, where libtorch can and the copy stays below a gibibyte; else
    /// themselves.
    ///
    /// @param rows most rows of a step
    /// @param owner frees the copy
    Maps forFew(int rows, Owned owner) {
        Tensor weight = head.weight();
        long bytes = weight.nbytes() + blocks.stream().mapToLong(Block::bytes).sum();
        if (!PackedWeight.packs(weight.scalar_type()) || bytes > LARGEST_COPY) {
            return this;
        }
        return new Maps(blocks.stream().map(block -> block.packed(rows, owner)).toList(), head.packed(rows, owner));
    }
}
