package dev.poise.tokenize;

import java.nio.file.Path;
import java.util.OptionalInt;

/// Text to token ids and back.
///
/// Never cuts and never pads, whatever the tokenizer's files say: how long a row may be is the caller's decision.
/// May be used from several threads.
public interface Tokenizer extends AutoCloseable {

    /// Reads the tokenizer of a model directory in the Hugging Face layout: `tokenizer.json`, where there is none a
    /// SentencePiece `tokenizer.model`, or `vocab.json` with `merges.txt` (byte-level pair encoding as GPT-2's and
    /// Qwen's). Reads local files only.
    ///
    /// @throws TokenizerException when the directory holds none, or a file is broken
    static Tokenizer read(Path directory) {
        return SentencePieceTokenizer.isIn(directory)
                ? SentencePieceTokenizer.read(directory)
                : NativeTokenizer.read(directory);
    }

    /// Token ids of a text.
    ///
    /// @param addSpecialTokens whether to add what the tokenizer puts around a text of its own accord (often a
    /// beginning-of-sequence token)
    int[] encode(String text, boolean addSpecialTokens);

    /// Text of token ids; ids that the vocabulary does not know add nothing.
    String decode(int[] ids, boolean skipSpecialTokens);

    /// One token as a person reads it: its text, with bytes that are no character of their own as `<0xE2>`.
    String piece(int id);

    /// One more than the largest token id.
    int vocabularySize();

    /// The id of a token given as its vocabulary spells it, such as `<|im_end|>`.
    OptionalInt idOf(String token);

    /// Which ids begin, end, pad and stop.
    SpecialTokens specialTokens();

    /// The beginning-of-sequence token.
    default OptionalInt bosId() {
        return specialTokens().bos();
    }

    /// The end-of-sequence token.
    default OptionalInt eosId() {
        return specialTokens().eos();
    }

    /// The padding token.
    default OptionalInt padId() {
        return specialTokens().pad();
    }

    /// Frees the native tokenizer.
    @Override
    void close();
}
