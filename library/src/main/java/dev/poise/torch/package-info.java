/// The boundary to libtorch: loading, scopes, number types, seeds, threads, copies between Java arrays and tensors,
/// native errors.
///
/// Not here: anything that knows what a language model is.
@NullMarked
package dev.poise.torch;

import org.jspecify.annotations.NullMarked;
