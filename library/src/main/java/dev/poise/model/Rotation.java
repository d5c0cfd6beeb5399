package dev.poise.model;

import org.bytedeco.pytorch.Tensor;

/// Rotary positions of one forward pass: turns coordinate i and i + W/2 of every head by the position's angle.
///
/// @param cosine `[N, 1, W]`
/// @param sine `[N, 1, W]`, its first half negated: x cos + swap(x) sine is the rotation, swap exchanging the halves
record Rotation(Tensor cosine, Tensor sine) {

    /// The rotations of some positions.
    Rotation at(Tensor positions) {
        return new Rotation(cosine.index_select(0, positions), sine.index_select(0, positions));
    }

    /// Turned heads, `[N, heads, W]`, in the type of sums.
    Tensor of(Tensor heads) {
        Tensor swapped = heads.roll(new long[] {cosine.size(2) / 2}, -1);
        return heads.mul(cosine).addcmul_(swapped, sine);
    }
}
