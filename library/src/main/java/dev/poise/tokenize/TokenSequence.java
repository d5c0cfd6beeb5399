package dev.poise.tokenize;

/// A token sequence with its loss mask: what the model reads, and which of it is trained.
///
/// `trained[t]` says whether the log-probability of `ids[t]` given `ids[0..t-1]` counts. The first token has no
/// predecessor and therefore is never trained.
///
/// @param ids token ids, at least one
/// @param trained one flag a token; `trained[0]` is false
public record TokenSequence(int[] ids, boolean[] trained) {

    public TokenSequence {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a token sequence must hold at least one token");
        }
        if (ids.length != trained.length) {
            throw new IllegalArgumentException(
                    "trained must hold one flag a token, got " + trained.length + " for " + ids.length + " tokens");
        }
        if (trained[0]) {
            throw new IllegalArgumentException("the first token has no predecessor and cannot be trained");
        }
    }

    /// Tokens, trained or not.
    public int length() {
        return ids.length;
    }

    /// How many tokens are trained: |y| of the formulas.
    public int trainedTokens() {
        int count = 0;
        for (boolean flag : trained) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    /// Index of the first trained token, or the length when none is.
    public int firstTrained() {
        int first = 0;
        while (first < trained.length && !trained[first]) {
            first++;
        }
        return first;
    }
}
