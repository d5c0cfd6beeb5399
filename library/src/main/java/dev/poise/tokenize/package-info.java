/// Text to token ids and back: tokenizers, chat templates by name, token sequences with their loss masks.
///
/// Not here: files of examples (`data`), tensors.
@NullMarked
package dev.poise.tokenize;

import org.jspecify.annotations.NullMarked;
