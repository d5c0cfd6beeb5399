package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.tokenize.TokenSequence;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/// Every row's prompt with another row's completion, for KTO's estimate of the divergence from the reference.
///
/// Completions move on by one within blocks of consecutive rows, as TRL's do within its batches: in order and with
/// blocks of a step's size, a step's mismatched completions are its own. A last block of one row takes the
/// completion before it. A completion that was cut stays cut behind a shorter prompt.
final class Mismatches extends AbstractList<Encoded.Single> implements RandomAccess {

    private final List<Encoded> rows;
    private final int block;
    private final int maxTokens;

    /// @param rows single rows, at least two
    /// @param block rows of a block, at least two
    /// @param maxTokens the longest sequence; longer ones are cut at the end
    Mismatches(List<Encoded> rows, int block, int maxTokens) {
        if (rows.size() < 2) {
            throw new IllegalArgumentException(
                    "mismatched completions must come from at least 2 rows, got " + rows.size());
        }
        this.rows = rows;
        this.block = block;
        this.maxTokens = maxTokens;
    }

    @Override
    public Encoded.Single get(int index) {
        TokenSequence own = sequence(index);
        TokenSequence other = sequence(giver(index));
        int prompt = own.firstTrained();
        int completion = other.length() - other.firstTrained();
        int length = Math.min(prompt + completion, maxTokens);
        int[] ids = Arrays.copyOf(own.ids(), length);
        System.arraycopy(other.ids(), other.firstTrained(), ids, prompt, length - prompt);
        boolean[] trained = new boolean[length];
        System.arraycopy(other.trained(), other.firstTrained(), trained, prompt, length - prompt);
        return new Encoded.Single(rows.get(index).source(), new TokenSequence(ids, trained), null);
    }

    private int giver(int index) {
        int first = index - index % block;
        int last = Math.min(first + block, rows.size()) - 1;
        return index > first || last == first ? index - 1 : last;
    }

    private TokenSequence sequence(int index) {
        return TrainingRow.sequences(rows.get(index)).getFirst();
    }

    @Override
    public int size() {
        return rows.size();
    }
}
