/// One straight loop: rows to batches, batches to log-probabilities, objectives, gradients, optimiser, checkpoints.
/// The rows are a data set's or the policy's own: [Supply] is where the two part.
///
/// Not here: the objectives themselves, and what the user sees on a terminal (`cli`).
@NullMarked
package dev.poise.train;

import org.jspecify.annotations.NullMarked;
