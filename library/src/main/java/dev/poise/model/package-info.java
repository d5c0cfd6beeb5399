/// The decoder: its architecture as data, its families, its forward in equation order over flat unpadded rows, its
/// output head, the low-rank adapter that may be trained in its place, and the log-probabilities read from it.
///
/// Not here: losses, optimisers, sampling.
@NullMarked
package dev.poise.model;

import org.jspecify.annotations.NullMarked;
