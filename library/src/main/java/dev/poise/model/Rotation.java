package dev.poise.model;

import dev.poise.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/// Rotary positions of one forward pass: turns coordinate i and i + r/2 of every head by the position's angle. The
/// r rotated coordinates come first; those behind them stay as they are.
///
/// @param cosine `[N, 1, r]`
/// @param sine `[N, 1, r]`, its first half negated: x cos + swap(x) sine is the rotation, swap exchanging the halves
record Rotation(Tensor cosine, Tensor sine) {

    /// The rotations of some positions.
    Rotation at(Tensor positions) {
        return new Rotation(cosine.index_select(0, positions), sine.index_select(0, positions));
    }

    /// Turned heads, `[N, heads, W]`, in the type of sums.
    Tensor of(Tensor heads) {
        long rotated = cosine.size(2);
        long rest = heads.size(2) - rotated;
        if (rest == 0) {
            return turned(heads);
        }
        Tensor turned = turned(heads.narrow(2, 0, rotated));
        return Tensors.cat(2, turned, heads.narrow(2, rotated, rest).to(turned.scalar_type()));
    }

    private Tensor turned(Tensor heads) {
        Tensor swapped = heads.roll(new long[] {cosine.size(2) / 2}, -1);
        return heads.mul(cosine).addcmul_(swapped, sine);
    }
}
