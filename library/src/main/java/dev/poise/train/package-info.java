/// One straight loop: rows to batches, batches to log-probabilities, objectives, gradients, optimiser, checkpoints.
///
/// Not here: the objectives themselves, and what the user sees on a terminal (`cli`).
@NullMarked
package dev.poise.train;

import org.jspecify.annotations.NullMarked;
