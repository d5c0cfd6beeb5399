/// SentencePiece models as their own library runs them: the file, what it does to a text first, and how it cuts the
/// text into pieces. Plain Java on UTF-8 bytes.
///
/// Start with [dev.poise.sentencepiece.SentencePiece]. Not here: special tokens in the middle of a text, and anything
/// that other files of a model directory say (`tokenize`); training such a model.
@NullMarked
package dev.poise.sentencepiece;

import org.jspecify.annotations.NullMarked;
