package dev.poise.tokenize;

import java.util.Arrays;
import java.util.OptionalInt;

/// Turns marked text into tokens with a loss mask.
///
/// Boundary rule: the tokens of a trained part are the tokens of the whole text behind the longest prefix that it
/// shares with the tokens of the text before the part. Where a token merges across the edge it counts as trained: no
/// token of a completion is lost, and the merge is counted.
///
/// A sequence begins with what the tokenizer puts before a text (often a beginning-of-sequence token), once, also
/// where the text already starts with it.
public final class SequenceTokenizer {

    /// A text that any vocabulary spells, to see what is put around it.
    private static final String PROBE = "a";

    private final Tokenizer tokenizer;
    private final int[] opening;

    /// The text before an edge that was last looked at: chosen and rejected usually share it.
    private volatile Prefix last;

    private record Prefix(String text, int[] ids) {}

    public SequenceTokenizer(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.opening = opening(tokenizer);
        this.last = new Prefix("", opening);
    }

    /// Tokens of a whole text, opening included, without an end-of-sequence token.
    public int[] encode(String text) {
        int[] body = tokenizer.encode(text, false);
        if (commonPrefix(body, opening) == opening.length) {
            return body;
        }
        int[] ids = Arrays.copyOf(opening, opening.length + body.length);
        System.arraycopy(body, 0, ids, opening.length, body.length);
        return ids;
    }

    /// Tokens of a whole text with its loss mask.
    public MarkedTokens encode(MarkedText marked) {
        int[] body = encode(marked.text());
        int[] ids = marked.endOfSequence() ? closed(body) : body;
        boolean[] trained = new boolean[ids.length];
        int merges = 0;
        for (MarkedText.Span span : marked.trained()) {
            Edge start = edge(marked.text(), span.start(), body);
            Edge end = edge(marked.text(), span.end(), body);
            // The end-of-sequence token behind the text belongs to the part that reaches the text's end.
            int behind = span.end() == marked.text().length() ? ids.length : end.shared + (end.merged ? 1 : 0);
            Arrays.fill(trained, start.shared, Math.max(start.shared, behind), true);
            merges += (start.merged ? 1 : 0) + (end.merged ? 1 : 0);
        }
        if (trained.length > 0) {
            trained[0] = false;
        }
        return new MarkedTokens(ids, trained, merges);
    }

    /// How many tokens two sequences share from the start.
    public static int commonPrefix(int[] first, int[] second) {
        int mismatch = Arrays.mismatch(first, second);
        return mismatch < 0 ? first.length : mismatch;
    }

    /// Where an edge in the text lies in its tokens.
    ///
    /// @param shared tokens shared with the text before the edge
    /// @param merged whether a token reaches across the edge
    private record Edge(int shared, boolean merged) {}

    private Edge edge(String text, int index, int[] ids) {
        if (index == text.length()) {
            return new Edge(ids.length, false);
        }
        int[] before = before(text.substring(0, index));
        int shared = commonPrefix(before, ids);
        return new Edge(shared, shared < before.length);
    }

    private int[] before(String text) {
        Prefix known = last;
        if (!known.text.equals(text)) {
            known = new Prefix(text, encode(text));
            last = known;
        }
        return known.ids;
    }

    /// The tokens with an end-of-sequence token behind them, unless they bring their own or the tokenizer has none.
    private int[] closed(int[] ids) {
        OptionalInt eos = tokenizer.eosId();
        if (eos.isEmpty() || (ids.length > 0 && ids[ids.length - 1] == eos.getAsInt())) {
            return ids;
        }
        int[] closed = Arrays.copyOf(ids, ids.length + 1);
        closed[ids.length] = eos.getAsInt();
        return closed;
    }

    private static int[] opening(Tokenizer tokenizer) {
        int[] plain = tokenizer.encode(PROBE, false);
        int[] dressed = tokenizer.encode(PROBE, true);
        for (int start = 0; start + plain.length <= dressed.length; start++) {
            if (Arrays.equals(dressed, start, start + plain.length, plain, 0, plain.length)) {
                return Arrays.copyOf(dressed, start);
            }
        }
        throw new IllegalArgumentException("the tokenizer must keep a text's tokens together, got "
                + Arrays.toString(dressed) + " around " + Arrays.toString(plain));
    }
}
