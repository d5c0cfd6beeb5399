/// A run on disk: the recipe and its binding, the run directory, manifest, metric and sample sinks.
///
/// Not here: HTML (`report`), training.
@NullMarked
package dev.poise.run;

import org.jspecify.annotations.NullMarked;
