/// A run in the formats that other tools read, while it is written or after the fact: TensorBoard's event files and the
/// `trainer_state.json` of `transformers`. Names of metrics are those that TRL's users find there.
///
/// Everything is made of a run's recipe, manifest and metric lines, and of nothing else, so that what was written live
/// and what is written later say the same.
///
/// Not here: a run's own files (`run`), pages (`report`), models in other formats (`model`).
@NullMarked
package dev.poise.sink;

import org.jspecify.annotations.NullMarked;
