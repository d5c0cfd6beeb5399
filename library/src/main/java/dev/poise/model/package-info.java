/// The decoder: its architecture as data, its families, its forward in equation order over flat unpadded rows, its
/// output head, and the log-probabilities read from it.
///
/// Not here: losses, optimisers, sampling.
@NullMarked
package dev.poise.model;

import org.jspecify.annotations.NullMarked;
