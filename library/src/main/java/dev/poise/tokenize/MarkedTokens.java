package dev.poise.tokenize;

import java.util.Arrays;

/// A whole text in tokens, before anything is cut.
///
/// @param ids token ids; may be empty
/// @param trained one flag a token; the first token is never trained
/// @param boundaryMerges trained parts whose edge fell inside a token
public record MarkedTokens(int[] ids, boolean[] trained, int boundaryMerges) {

    /// Tokens, trained or not.
    public int length() {
        return ids.length;
    }

    /// How many of the first `length` tokens are trained.
    public int trainedWithin(int length) {
        int count = 0;
        for (int index = 0; index < Math.min(length, ids.length); index++) {
            count += trained[index] ? 1 : 0;
        }
        return count;
    }

    /// The first tokens, at most `length` of them. An end-of-sequence token goes with the end that is cut off: a
    /// sequence that was cut did not end there.
    public TokenSequence first(int length) {
        int kept = Math.min(length, ids.length);
        return new TokenSequence(Arrays.copyOf(ids, kept), Arrays.copyOf(trained, kept));
    }
}
