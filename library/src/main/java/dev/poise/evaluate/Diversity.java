package dev.poise.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/// How varied texts are: measures over n-grams, each pure and without a model.
///
/// A text is a list of words, or of token ids; two equal elements are the same word. N-grams never reach across the
/// border of two texts.
public final class Diversity {

    /// The longest n-grams of [#expectationAdjusted(List, long)], as in arXiv 2410.11677, section 3.1.
    public static final int LONGEST = 5;

    /// The longest n-grams of self-BLEU, as in BLEU.
    private static final int BLEU_LONGEST = 4;

    /// What stands in for no match at all, so that one missing length does not make the score zero: nltk's
    /// smoothing method 1 (Chen and Cherry 2014, technique 1).
    private static final double NO_MATCH = 0.1;

    private Diversity() {}

    /// A text's words as the code behind the published numbers cuts them: full stops and line feeds removed, split
    /// at spaces.
    ///
    /// Source: Kirk et al. 2024 (<https://arxiv.org/abs/2310.06452>), code of `rlvsil/diversity`.
    public static List<String> words(String text) {
        return Pattern.compile(" ")
                .splitAsStream(text.replace(".", "").replace("\n", ""))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /// Distinct n-grams over all n-grams of the pooled texts: N / C, in (0, 1]. Falls with the amount of text.
    ///
    /// Source: Li et al. 2016 (<https://arxiv.org/abs/1510.03055>).
    ///
    /// @param n at least 1
    /// @return nothing where no text has n words
    public static OptionalDouble distinct(List<? extends List<?>> texts, int n) {
        Count count = count(texts, n);
        return count.all() == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) count.distinct() / count.all());
    }

    /// Distinct n-grams of the pooled texts over what as many draws from V equally likely ones would give:
    ///
    /// ```
    /// EADₙ = N / (V (1 − ((V − 1)/V)^C))
    /// ```
    ///
    /// with N distinct n-grams and C of them in all. Unlike N / C it does not fall with the amount of text. It may
    /// exceed 1, since there are more than V n-grams.
    ///
    /// Source: Liu et al. 2022 (<https://arxiv.org/abs/2202.13587>), with V the same for every n, as in the code of
    /// Kirk et al. 2024.
    ///
    /// @param n at least 1
    /// @param vocabulary V, at least 1
    /// @return nothing where no text has n words
    public static OptionalDouble expectationAdjusted(List<? extends List<?>> texts, int n, long vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary must be at least 1, got " + vocabulary);
        }
        Count count = count(texts, n);
        // In this form nothing cancels where V is large.
        double expected = vocabulary * -Math.expm1(count.all() * Math.log1p(-1.0 / vocabulary));
        return count.all() == 0 ? OptionalDouble.empty() : OptionalDouble.of(count.distinct() / expected);
    }

    /// Cross-input diversity: the mean of EADₙ over n = 1 to 5, of one text an input.
    ///
    /// Source: arXiv 2410.11677, section 3.1; which V the paper used is not stated there.
    ///
    /// @param vocabulary V, usually the tokenizer's
    /// @return nothing where some n has no n-gram
    public static OptionalDouble expectationAdjusted(List<? extends List<?>> texts, long vocabulary) {
        double sum = 0;
        for (int n = 1; n <= LONGEST; n++) {
            OptionalDouble one = expectationAdjusted(texts, n, vocabulary);
            if (one.isEmpty()) {
                return one;
            }
            sum += one.getAsDouble();
        }
        return OptionalDouble.of(sum / LONGEST);
    }

    /// Mean over texts of the BLEU of each against all others: 1 where all are equal, near 0 where no two share a
    /// phrase.
    ///
    /// BLEU is of a sentence, with n = 1 to 4 in equal parts, the brevity penalty against the reference nearest in
    /// length, and 0.1 in place of no match. A text of fewer than 4 words is scored by the lengths it has.
    ///
    /// Source: Zhu et al. 2018 (<https://arxiv.org/abs/1802.01886>); BLEU: Papineni et al. 2002; smoothing: method
    /// 1 of Chen and Cherry 2014.
    ///
    /// @return nothing for fewer than two texts that are not empty
    public static OptionalDouble selfBleu(List<? extends List<?>> texts) {
        List<? extends List<?>> filled =
                texts.stream().filter(text -> !text.isEmpty()).toList();
        if (filled.size() < 2) {
            return OptionalDouble.empty();
        }
        List<List<Map<List<?>, Integer>>> grams = filled.stream()
                .map(text -> {
                    List<Map<List<?>, Integer>> byLength = new ArrayList<>();
                    for (int n = 1; n <= BLEU_LONGEST; n++) {
                        byLength.add(grams(text, n));
                    }
                    return byLength;
                })
                .toList();
        double sum = 0;
        for (int i = 0; i < filled.size(); i++) {
            sum += bleu(filled, grams, i);
        }
        return OptionalDouble.of(sum / filled.size());
    }

    private static double bleu(List<? extends List<?>> texts, List<List<Map<List<?>, Integer>>> grams, int candidate) {
        int length = texts.get(candidate).size();
        int longest = Math.min(BLEU_LONGEST, length);
        double logPrecision = 0;
        for (int n = 0; n < longest; n++) {
            int matched = 0;
            for (Map.Entry<List<?>, Integer> gram : grams.get(candidate).get(n).entrySet()) {
                int most = 0;
                for (int other = 0; other < texts.size(); other++) {
                    if (other != candidate) {
                        most = Math.max(most, grams.get(other).get(n).getOrDefault(gram.getKey(), 0));
                    }
                }
                matched += Math.min(gram.getValue(), most);
            }
            logPrecision += Math.log((matched == 0 ? NO_MATCH : matched) / (length - n)) / longest;
        }
        int nearest = nearest(texts, candidate);
        double brevity = length > nearest ? 1 : Math.exp(1 - (double) nearest / length);
        return brevity * Math.exp(logPrecision);
    }

    /// The other text's length nearest to a candidate's, the shorter of two.
    private static int nearest(List<? extends List<?>> texts, int candidate) {
        int length = texts.get(candidate).size();
        int nearest = 0;
        for (int other = 0; other < texts.size(); other++) {
            if (other != candidate) {
                int size = texts.get(other).size();
                int closer = Math.abs(size - length) - Math.abs(nearest - length);
                nearest = nearest == 0 || closer < 0 || (closer == 0 && size < nearest) ? size : nearest;
            }
        }
        return nearest;
    }

    /// How much of a text repeats itself: 1 − distinct n-grams / n-grams of one text, in [0, 1).
    ///
    /// Source: Welleck et al. 2020, seq-rep-n (<https://arxiv.org/abs/1908.04319>).
    ///
    /// @param n at least 1; 4 in the source
    /// @return nothing where the text has fewer than n words
    public static OptionalDouble repetition(List<?> text, int n) {
        OptionalDouble distinct = distinct(List.of(text), n);
        return distinct.isEmpty() ? distinct : OptionalDouble.of(1 - distinct.getAsDouble());
    }

    private record Count(long distinct, long all) {}

    private static Count count(List<? extends List<?>> texts, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be at least 1, got " + n);
        }
        Set<List<?>> distinct = new HashSet<>();
        long all = 0;
        for (List<?> text : texts) {
            for (int from = 0; from + n <= text.size(); from++) {
                distinct.add(List.copyOf(text.subList(from, from + n)));
                all++;
            }
        }
        return new Count(distinct.size(), all);
    }

    private static Map<List<?>, Integer> grams(List<?> text, int n) {
        Map<List<?>, Integer> grams = new HashMap<>();
        for (int from = 0; from + n <= text.size(); from++) {
            grams.merge(List.copyOf(text.subList(from, from + n)), 1, Integer::sum);
        }
        return grams;
    }
}
