/// Preference and likelihood objectives as plain functions on plain numbers: log-probabilities in, the loss and its
/// derivative by each log-probability out. No tensor, no file, no trainer.
///
/// What a round of sampled completions is credited with is here too: [dev.poise.objective.Credit].
///
/// Not here: anything that allocates more than a few arrays of doubles.
@NullMarked
package dev.poise.objective;

import org.jspecify.annotations.NullMarked;
