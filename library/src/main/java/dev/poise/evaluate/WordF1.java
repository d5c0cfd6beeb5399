package dev.poise.evaluate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How many words an answer shares with a reference: the harmonic mean of precision and recall over words, each counted
/// as often as both have it.
///
/// Words are in lower case, without punctuation and without the articles a, an and the. Source: Rajpurkar et al. 2016
/// (<https://arxiv.org/abs/1606.05250>), section 6.1, and its evaluation script; of several references the best counts.
public final class WordF1 {

    private WordF1() {}

    /// An answer's F1 against the reference that it is closest to.
    ///
    /// @param references at least one
    /// @return in [0, 1]; 1 where both are empty
    public static double of(String answer, List<String> references) {
        return references.stream()
                .mapToDouble(reference -> of(words(answer), words(reference)))
                .max()
                .orElseThrow(() -> new IllegalArgumentException("references must be at least one, got none"));
    }

    private static double of(List<String> answer, List<String> reference) {
        if (answer.isEmpty() || reference.isEmpty()) {
            return answer.equals(reference) ? 1 : 0;
        }
        Map<String, Integer> left = new HashMap<>();
        reference.forEach(word -> left.merge(word, 1, Integer::sum));
        long shared = answer.stream()
                .filter(word -> left.merge(word, -1, Integer::sum) >= 0)
                .count();
        // 2 P R / (P + R) with P = shared / |answer| and R = shared / |reference|.
        return 2.0 * shared / (answer.size() + reference.size());
    }

    private static List<String> words(String text) {
        String plain = text.toLowerCase(Locale.ROOT)
                .replaceAll("\\p{Punct}", "")
                .replaceAll("\\b(a|an|the)\\b", " ")
                .strip();
        return plain.isEmpty()
                ? List.of()
                : Arrays.stream(plain.split("\\s+", -1)).toList();
    }
}
