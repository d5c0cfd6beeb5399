package dev.poise.bytepair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of texts, and how often each occurs: all that is learnt from, and all that is kept of the texts. So memory
/// grows with the number of different words (some 150 bytes each), however long the texts are.
///
/// Words are those that GPT-2's rule splits a text into before pairs are joined (Radford et al., 2019): letters,
/// digits or other signs with the space before them, white space, and the endings of English contractions.
public final class WordCounts {

    private static final Pattern WORD = Pattern.compile(
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, long[]> counts = new HashMap<>();
    private final Optional<Pattern> between;
    private long words;

    /// Counts nothing yet.
    ///
    /// @param special tokens that stand between texts wherever they occur, and are no words
    public WordCounts(Iterable<String> special) {
        String any = String.join("|", quoted(special));
        this.between = any.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(any));
    }

    private static Iterable<String> quoted(Iterable<String> special) {
        List<String> quoted = new ArrayList<>();
        special.forEach(token -> quoted.add(Pattern.quote(token)));
        return quoted;
    }

    /// Counts the words of one text.
    public void add(String text) {
        if (between.isEmpty()) {
            split(text);
        } else {
            for (String part : between.get().split(text, -1)) {
                split(part);
            }
        }
    }

    private void split(String text) {
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            counts.computeIfAbsent(matcher.group(), _ -> new long[1])[0]++;
            words++;
        }
    }

    /// How many words were counted.
    public long words() {
        return words;
    }

    /// How many of them differ.
    public int different() {
        return counts.size();
    }

    /// Every word with how often it occurs.
    Map<String, long[]> counts() {
        return counts;
    }
}
