package dev.poise.cli.bench;

import dev.poise.model.Architecture;
import dev.poise.model.Segment;
import dev.poise.model.TokenBatch;

/// Floating-point operations of one forward pass in matrix products, a multiplication with its addition counted as
/// two.
///
/// With N tokens, P pairs of a query and a key, R rows of the head, L layers, width D, H query and K key-value
/// heads of width W, feed-forward width F (M = 3 matrices where gated, else 2) and vocabulary V:
///
/// ```
/// trunk      2 N L (D (H + 2K) W + H W D + M D F)
/// attention  4 P L H W
/// head       2 R D V
/// ```
///
/// A backward pass takes twice that: one product for the inputs' gradient and one for the other factor's. What a
/// side computes a second time, to save memory, is not counted: it is work that the step does not need.
///
/// @param trunk linear maps of all blocks
/// @param attention queries by keys, and weights by values
/// @param head logits
public record Products(double trunk, double attention, double head) {

    /// With prompts shared, no padding, and logits only where a loss reads them. P counts what causal masks leave.
    static Products shared(Architecture architecture, TokenBatch batch) {
        double pairs = 0;
        for (Segment segment : batch.segments()) {
            double length = segment.length();
            pairs += length * segment.prefixLength() + length * (length + 1) / 2;
        }
        return of(architecture, batch.length(), pairs, batch.readAt().length);
    }

    /// The plain way: sequences of their own, padded to the longest, logits everywhere, and attention over all
    /// pairs, since kernels skip nothing where they are given a mask.
    ///
    /// @param lengths of all sequences of a step
    static Products padded(Architecture architecture, int[] lengths) {
        double longest = 0;
        for (int length : lengths) {
            longest = Math.max(longest, length);
        }
        double tokens = lengths.length * longest;
        return of(architecture, tokens, tokens * longest, tokens);
    }

    private static Products of(Architecture a, double tokens, double pairs, double rows) {
        double width = a.width();
        double matrices = a.gated() ? 3 : 2;
        double block = width * (a.queryWidth() + 2.0 * a.keyWidth())
                + a.queryWidth() * width
                + matrices * width * a.feedForward();
        return new Products(
                2 * tokens * a.layers() * block,
                4 * pairs * a.layers() * a.queryWidth(),
                2 * rows * width * a.vocabulary());
    }

    /// Of both passes together.
    Products plus(Products other) {
        return new Products(trunk + other.trunk, attention + other.attention, head + other.head);
    }

    /// Of several passes as dear as this one.
    Products times(double passes) {
        return new Products(trunk * passes, attention * passes, head * passes);
    }

    /// Altogether.
    public double total() {
        return trunk + attention + head;
    }
}
