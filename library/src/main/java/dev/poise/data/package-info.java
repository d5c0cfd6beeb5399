/// Examples: pairs, completions, plain text; the readers for every file shape in use; encoding to token sequences;
/// the on-disk store of encoded rows.
///
/// The way of a row: [dev.poise.data.ExampleReader] -> [dev.poise.data.Example] -> [dev.poise.data.Encoder] ->
/// [dev.poise.data.Encoded] -> [dev.poise.data.EncodedFile]. Not here: tensors, and any decision about how to train.
@NullMarked
package dev.poise.data;

import org.jspecify.annotations.NullMarked;
