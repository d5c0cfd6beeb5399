/// Text to token ids and back: tokenizers, chat templates by name, token sequences with their loss masks.
///
/// Start with [dev.poise.tokenize.Tokenizer]; [dev.poise.tokenize.SequenceTokenizer] holds the boundary rule. Not
/// here: files of examples (`data`), tensors.
@NullMarked
package dev.poise.tokenize;

import org.jspecify.annotations.NullMarked;
