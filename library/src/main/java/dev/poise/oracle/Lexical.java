package dev.poise.oracle;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// A reward for the words a completion uses: occurrences of good words less occurrences of bad ones.
///
/// Words are compared whole and in lower case; see [Length.Unit#WORDS] for what a word is.
///
/// @param good words that raise the reward, kept in lower case
/// @param bad words that lower it, kept in lower case, none of them good
/// @param measure whether occurrences are counted or divided by the completion's words
public record Lexical(Set<String> good, Set<String> bad, Measure measure) implements Reward {

    /// How occurrences become a reward.
    public enum Measure {
        /// Good occurrences minus bad ones.
        COUNT,
        /// The same divided by the completion's words, in [-1, 1]; 0 without words.
        SHARE
    }

    public Lexical {
        good = words(good);
        bad = words(bad);
        if (good.isEmpty() && bad.isEmpty()) {
            throw new IllegalArgumentException("good and bad must hold at least one word, got none");
        }
        for (String word : good) {
            if (bad.contains(word)) {
                throw new IllegalArgumentException("word must be good or bad, got \"" + word + "\" in both");
            }
        }
    }

    @Override
    public double score(String prompt, String completion) {
        List<String> words = Words.of(completion);
        long net = 0;
        for (String word : words) {
            net += (good.contains(word) ? 1 : 0) - (bad.contains(word) ? 1 : 0);
        }
        return switch (measure) {
            case COUNT -> net;
            case SHARE -> words.isEmpty() ? 0 : (double) net / words.size();
        };
    }

    /// In lower case and order, so that equal rewards print equally.
    private static Set<String> words(Set<String> entries) {
        Set<String> words = new TreeSet<>();
        for (String entry : entries) {
            String word = entry.toLowerCase(Locale.ROOT);
            if (!Words.of(entry).equals(List.of(word))) {
                throw new IllegalArgumentException("word must be a single word, got \"" + entry + "\"");
            }
            words.add(word);
        }
        return Collections.unmodifiableSet(words);
    }
}
