/// Weights on disk: safetensors files, sharded indices, Hugging Face directories. Reads refuse what is malformed
/// before anything is allocated.
///
/// Not here: the meaning of a weight (`model`).
@NullMarked
package dev.poise.weights;

import org.jspecify.annotations.NullMarked;
