/// Byte-level pair encoding learnt from text: words and how often they occur, and the pairs that are joined one after
/// another. Plain Java on plain numbers.
///
/// Start with [dev.poise.bytepair.PairEncoding]. Not here: reading files of text (`data`), and the files of a
/// tokenizer (`tokenize`).
@NullMarked
package dev.poise.bytepair;

import org.jspecify.annotations.NullMarked;
