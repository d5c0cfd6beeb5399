package dev.poise.model;

import dev.poise.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Token sequences laid out flat, without padding, sequences of a group sharing their common prompt.
///
/// @param ids token ids, `[N]`
/// @param positions the position of every token in its own sequence, `[N]`
/// @param segments who attends to whom
/// @param readAt flat index of the token before every trained token, `[R]`, sequence by sequence; where
///     [the ends are read][#ofEnds], of every sequence's last token, R = S
/// @param targets the trained tokens, `[R]`, at least one; where the ends are read, the tokens there
/// @param offsets where each sequence's stretch of `readAt` begins, and at the end R: `[S + 1]`
public record TokenBatch(
        int[] ids, int[] positions, List<Segment> segments, int[] readAt, int[] targets, int[] offsets) {

    /// Tokens of a prompt from which it is shared: above what most sequences begin with. Chosen, not measured.
    private static final int LEAST_SHARED = 8;

    public TokenBatch {
        if (targets.length == 0) {
            throw new IllegalArgumentException(
                    "a batch must hold at least one trained token, got none among " + ids.length + " tokens");
        }
    }

    /// Lays out groups of sequences. Sequences come out in order: group by group, each group's in its own order.
    ///
    /// Sequences of a group share their longest common untrained prefix: it is computed once, with the same result.
    ///
    /// @param groups sequences that begin alike, such as a chosen and a rejected answer to one prompt; a group
    ///     of one
    ///     shares nothing
    public static TokenBatch of(List<List<TokenSequence>> groups) {
        return laidOut(groups, false);
    }

    /// The same, read at the last token of every sequence, which is where a reward model reads its score.
    public static TokenBatch ofEnds(List<List<TokenSequence>> groups) {
        return laidOut(groups, true);
    }

    private static TokenBatch laidOut(List<List<TokenSequence>> groups, boolean ends) {
        Layout layout = new Layout(ends);
        groups.forEach(layout::add);
        return layout.toBatch();
    }

    /// Groups of neighbours that stand behind one prompt, such as several answers to it: each prompt is then run once.
    ///
    /// @return all sequences in the same order
    public static List<List<TokenSequence>> alike(List<TokenSequence> sequences) {
        List<List<TokenSequence>> groups = new ArrayList<>();
        for (TokenSequence sequence : sequences) {
            if (groups.isEmpty() || !samePrompt(groups.getLast().getLast(), sequence)) {
                groups.add(new ArrayList<>());
            }
            groups.getLast().add(sequence);
        }
        return groups;
    }

    /// Whether two sequences stand behind one prompt that is long enough to be worth sharing: most begin with the same
    /// token or two.
    public static boolean samePrompt(TokenSequence one, TokenSequence other) {
        int prompt = one.firstTrained();
        return prompt >= LEAST_SHARED
                && prompt == other.firstTrained()
                && Arrays.equals(one.ids(), 0, prompt, other.ids(), 0, prompt);
    }

    /// How many sequences.
    public int sequences() {
        return offsets.length - 1;
    }

    /// How many tokens the model runs.
    public int length() {
        return ids.length;
    }

    /// Tokens of the longest sequence.
    public int longest() {
        return segments.stream()
                .mapToInt(segment -> segment.prefixLength() + segment.length())
                .max()
                .orElse(0);
    }

    /// Tokens of the sequence that each token belongs to, `[N]`; of a shared prompt, its own.
    int[] lengths() {
        int[] lengths = new int[length()];
        for (Segment segment : segments) {
            Arrays.fill(
                    lengths,
                    segment.start(),
                    segment.start() + segment.length(),
                    segment.prefixLength() + segment.length());
        }
        return lengths;
    }

    /// The same sequences in the same order, each with a prompt of its own.
    TokenBatch unshared() {
        Set<Integer> prompts = segments.stream()
                .filter(segment -> segment.prefixLength() > 0)
                .map(Segment::prefixStart)
                .collect(Collectors.toSet());
        List<Segment> rows = segments.stream()
                .filter(segment -> segment.prefixLength() > 0 || !prompts.contains(segment.start()))
                .toList();
        Layout layout = new Layout(false);
        int[] reads = new int[readAt.length];
        for (int s = 0; s < rows.size(); s++) {
            Segment row = rows.get(s);
            int start = layout.ids.size();
            layout.copy(this, row.prefixStart(), row.prefixLength());
            layout.copy(this, row.start(), row.length());
            layout.segments.add(new Segment(start, row.prefixLength() + row.length(), 0, 0));
            for (int r = offsets[s]; r < offsets[s + 1]; r++) {
                reads[r] = start + positions[readAt[r]];
            }
        }
        return new TokenBatch(
                layout.ids.toArray(), layout.positions.toArray(), layout.segments, reads, targets, offsets);
    }

    /// Sums of per-token values over each sequence, `[S]`.
    ///
    /// @param values one value a trained token, `[R]`
    public double[] sumBySequence(double[] values) {
        double[] sums = new double[sequences()];
        for (int s = 0; s < sums.length; s++) {
            for (int r = offsets[s]; r < offsets[s + 1]; r++) {
                sums[s] += values[r];
            }
        }
        return sums;
    }

    /// The longest prefix, in tokens, that all sequences have in common and none trains.
    ///
    /// It leaves at least one token to every sequence, so that each has a segment of its own.
    public static int sharedPrefix(List<TokenSequence> group) {
        if (group.size() < 2) {
            return 0;
        }
        TokenSequence first = group.getFirst();
        int shared = Integer.MAX_VALUE;
        for (TokenSequence other : group) {
            int mismatch = Arrays.mismatch(first.ids(), other.ids());
            int common = mismatch < 0 ? first.length() : mismatch;
            shared = Math.min(shared, Math.min(common, Math.min(other.firstTrained(), other.length() - 1)));
        }
        return shared;
    }

    private static final class Layout {
        private final boolean ends;
        private final Ints ids = new Ints();
        private final Ints positions = new Ints();
        private final List<Segment> segments = new ArrayList<>();
        private final Ints readAt = new Ints();
        private final Ints targets = new Ints();
        private final Ints offsets = new Ints();

        /// @param ends whether the last token of every sequence is read rather than what stands before trained ones
        Layout(boolean ends) {
            this.ends = ends;
        }

        void add(List<TokenSequence> group) {
            int shared = sharedPrefix(group);
            int prefixStart = ids.size();
            if (shared > 0) {
                append(group.getFirst(), 0, shared);
                segments.add(new Segment(prefixStart, shared, 0, 0));
            }
            for (TokenSequence sequence : group) {
                int start = ids.size();
                append(sequence, shared, sequence.length());
                segments.add(new Segment(start, sequence.length() - shared, shared > 0 ? prefixStart : 0, shared));
                offsets.add(targets.size());
                if (ends) {
                    readAt.add(ids.size() - 1);
                    targets.add(sequence.ids()[sequence.length() - 1]);
                    continue;
                }
                for (int t = sequence.firstTrained(); t < sequence.length(); t++) {
                    if (sequence.trained()[t]) {
                        readAt.add(t - 1 < shared ? prefixStart + t - 1 : start + t - 1 - shared);
                        targets.add(sequence.ids()[t]);
                    }
                }
            }
        }

        private void append(TokenSequence sequence, int from, int to) {
            for (int t = from; t < to; t++) {
                ids.add(sequence.ids()[t]);
                positions.add(t);
            }
        }

        void copy(TokenBatch from, int start, int count) {
            for (int n = start; n < start + count; n++) {
                ids.add(from.ids[n]);
                positions.add(from.positions[n]);
            }
        }

        TokenBatch toBatch() {
            offsets.add(targets.size());
            return new TokenBatch(
                    ids.toArray(),
                    positions.toArray(),
                    List.copyOf(segments),
                    readAt.toArray(),
                    targets.toArray(),
                    offsets.toArray());
        }
    }

    /// A growing array of ints.
    private static final class Ints {
        private int[] values = new int[256];
        private int size;

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int size() {
            return size;
        }

        int[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
