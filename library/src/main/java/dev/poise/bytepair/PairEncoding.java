package dev.poise.bytepair;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntConsumer;

/// A byte-level pair encoding: the entries of its vocabulary, and the pairs that are joined, in their order.
///
/// @param entries the 256 letters in the order of code points, then what joining made, in its order
/// @param merges pairs of entries
public record PairEncoding(List<String> entries, List<Merge> merges) {

    /// Two entries that are joined wherever they meet.
    public record Merge(String left, String right) {}

    public PairEncoding {
        entries = List.copyOf(entries);
        merges = List.copyOf(merges);
    }

    /// Learns an encoding (Sennrich et al., <https://arxiv.org/abs/1508.07909>): the pair of neighbours that
    /// occurs most often becomes an entry, again and again. Of pairs that occur equally often the one whose left
    /// entry came first is taken, then the one whose right entry did: the order of `BpeTrainer` in Hugging Face's
    /// tokenizers. So the result depends on the counts alone.
    ///
    /// Counts of pairs are kept up to date: joining a pair visits just the words that hold it. A pair waits in a
    /// heap under the count that it had when it last became more frequent, and is put back where it has become
    /// rarer since.
    ///
    /// @param size most entries, at least 256
    /// @param least how often a pair must occur to be joined, at least 1
    /// @param progress told the number of entries after each join
    public static PairEncoding learn(WordCounts words, int size, long least, IntConsumer progress) {
        if (size < ByteLevel.LETTERS || least < 1) {
            throw new IllegalArgumentException(
                    "size must be at least 256 and least at least 1, got " + size + " and " + least);
        }
        return new Learning(words).run(size, least, progress);
    }

    /// A pair as it waits: the most frequent first, then by the ids of both.
    private record Waiting(long count, long pair) {
        static final Comparator<Waiting> ORDER =
                Comparator.comparingLong((Waiting waiting) -> -waiting.count).thenComparingLong(Waiting::pair);
    }

    /// How often a pair occurs, and which words hold it, or held it once.
    private static final class Occurrences {
        private long count;
        private int[] words = new int[2];
        private int size;

        void add(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, 2 * size);
            }
            words[size++] = word;
        }
    }

    private static final class Learning {
        private final List<String> entries = new ArrayList<>();
        private final Map<String, Integer> ids = new HashMap<>();
        private final int[][] words;
        private final long[] counts;
        private final Map<Long, Occurrences> pairs = new HashMap<>();
        private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Waiting.ORDER);
        private final Set<Long> risen = new HashSet<>();

        Learning(WordCounts counted) {
            for (int place = 0; place < ByteLevel.LETTERS; place++) {
                add(String.valueOf(ByteLevel.letter(place)));
            }
            words = new int[counted.different()][];
            counts = new long[words.length];
            int word = 0;
            for (Map.Entry<String, long[]> entry : counted.counts().entrySet()) {
                byte[] bytes = entry.getKey().getBytes(StandardCharsets.UTF_8);
                words[word] = new int[bytes.length];
                for (int at = 0; at < bytes.length; at++) {
                    words[word][at] = ByteLevel.place(bytes[at]);
                }
                counts[word] = entry.getValue()[0];
                for (int at = 1; at < bytes.length; at++) {
                    change(words[word][at - 1], words[word][at], word, counts[word]);
                }
                word++;
            }
            queueRisen();
        }

        PairEncoding run(int size, long least, IntConsumer progress) {
            List<Merge> merges = new ArrayList<>();
            while (entries.size() < size && !waiting.isEmpty()) {
                Waiting first = waiting.remove();
                Occurrences there = pairs.get(first.pair);
                if (there == null || there.count == 0) {
                    continue;
                }
                if (there.count != first.count) {
                    waiting.add(new Waiting(there.count, first.pair));
                    continue;
                }
                if (there.count < least) {
                    break;
                }
                int left = left(first.pair);
                int right = right(first.pair);
                merges.add(new Merge(entries.get(left), entries.get(right)));
                String union = entries.get(left) + entries.get(right);
                // Two pairs may have the same union: it is one entry, and both are joined to it.
                Integer known = ids.get(union);
                int joined = known == null ? add(union) : known;
                for (int index = 0; index < there.size; index++) {
                    join(there.words[index], left, right, joined);
                }
                pairs.remove(first.pair);
                queueRisen();
                progress.accept(entries.size());
            }
            return new PairEncoding(entries, merges);
        }

        private int add(String entry) {
            ids.put(entry, entries.size());
            entries.add(entry);
            return entries.size() - 1;
        }

        /// Joins a pair throughout a word, from the left, and moves the counts of the pairs around it.
        private void join(int word, int left, int right, int joined) {
            int[] symbols = words[word];
            int length = 0;
            for (int at = 0; at < symbols.length; at++) {
                boolean found = symbols[at] == left && at + 1 < symbols.length && symbols[at + 1] == right;
                if (found) {
                    if (length > 0) {
                        change(symbols[length - 1], left, word, -counts[word]);
                        change(symbols[length - 1], joined, word, counts[word]);
                    }
                    if (at + 2 < symbols.length) {
                        change(right, symbols[at + 2], word, -counts[word]);
                        change(joined, symbols[at + 2], word, counts[word]);
                    }
                    at++;
                }
                symbols[length++] = found ? joined : symbols[at];
            }
            words[word] = length == symbols.length ? symbols : Arrays.copyOf(symbols, length);
        }

        private void change(int left, int right, int word, long by) {
            long pair = (long) left << Integer.SIZE | right;
            Occurrences there = pairs.computeIfAbsent(pair, _ -> new Occurrences());
            there.count += by;
            if (by > 0) {
                there.add(word);
                risen.add(pair);
            }
        }

        private void queueRisen() {
            for (long pair : risen) {
                Occurrences there = pairs.get(pair);
                if (there != null && there.count > 0) {
                    waiting.add(new Waiting(there.count, pair));
                }
            }
            risen.clear();
        }

        private static int left(long pair) {
            return (int) (pair >>> Integer.SIZE);
        }

        private static int right(long pair) {
            return (int) pair;
        }
    }
}
