/// Weights on disk: safetensors files, sharded indices, Hugging Face directories, GGUF files. A reader refuses what is
/// malformed before anything is allocated by it; a writer replaces a file as a whole or not at all.
///
/// Not here: the meaning of a weight (`model`), tensors of libtorch (`torch`).
@NullMarked
package dev.poise.weights;

import org.jspecify.annotations.NullMarked;
