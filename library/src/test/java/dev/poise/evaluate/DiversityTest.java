package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DiversityTest {

    private static final List<List<String>> FRUIT = Stream.of(
                    "I like to eat apples.", "I like to eat bananas.", "I like to eat oranges.")
            .map(Diversity::words)
            .toList();

    /// Computed apart, in double precision, from the formula as the source's code has it.
    @Test
    void expectationAdjustedDistinctEqualsItsGoldens() {
        double[] byLength = {.466731669352, .500054721104, .555599774189, .666699830311, 1.000019897988};
        for (int n = 1; n <= byLength.length; n++) {
            assertThat(Diversity.expectationAdjusted(FRUIT, n, 50257).orElseThrow())
                    .as("n = %d", n)
                    .isCloseTo(byLength[n - 1], within(1e-11));
        }
        assertThat(Diversity.expectationAdjusted(FRUIT, 50257).orElseThrow()).isCloseTo(.637821178588, within(1e-11));
        assertThat(Diversity.expectationAdjusted(FRUIT, 20).orElseThrow()).isCloseTo(.757525366271, within(1e-11));
        double plain = Stream.of(1, 2, 3, 4, 5)
                .mapToDouble(n -> Diversity.distinct(FRUIT, n).orElseThrow())
                .average()
                .orElseThrow();
        assertThat(plain).isCloseTo(.637777777778, within(1e-11));
    }

    /// The formula with powers instead of expm1, at a size where both are exact enough.
    @Test
    void expectationAdjustedDistinctIsItsFormula() {
        List<List<Integer>> texts = List.of(List.of(1, 2, 1, 2, 3), List.of(2, 3, 4));
        double expected = 4 / (7.0 * (1 - Math.pow(6.0 / 7, 6))); // 12 21 12 23 | 23 34
        assertThat(Diversity.expectationAdjusted(texts, 2, 7).orElseThrow()).isCloseTo(expected, within(1e-14));
    }

    @Test
    void wordsAreCutAsTheSourceCutsThem() {
        assertThat(Diversity.words("A b.  c\nd. ")).containsExactly("A", "b", "cd");
        assertThat(Diversity.words("")).isEmpty();
    }

    /// Three tokens of a four-token text appear in the other, by hand.
    @Test
    void selfBleuByHand() {
        List<List<Integer>> texts = List.of(List.of(1, 2, 3, 4), List.of(1, 2, 3, 5));
        // p1 = 3/4, p2 = 2/3, p3 = 1/2, p4 = 0.1/1; both alike, equally long.
        double expected = Math.pow(3.0 / 4 * 2 / 3 * 1 / 2 * 0.1, 0.25);
        assertThat(Diversity.selfBleu(texts).orElseThrow()).isCloseTo(expected, within(1e-14));
        // A shorter text pays for its brevity; clipped counts: the second 1 has no partner.
        List<List<Integer>> uneven = List.of(List.of(1, 1), List.of(1, 2, 3));
        double shortOne = Math.exp(1 - 3.0 / 2) * Math.sqrt(1.0 / 2 * 0.1 / 1);
        double longOne = Math.cbrt(1.0 / 3 * 0.1 / 2 * 0.1 / 1);
        assertThat(Diversity.selfBleu(uneven).orElseThrow()).isCloseTo((shortOne + longOne) / 2, within(1e-14));
    }

    @Test
    void selfBleuIsOneOfEqualTextsAndAbsentOfOne() {
        List<Integer> text = List.of(4, 5, 6, 7, 8);
        assertThat(Diversity.selfBleu(List.of(text, text, text)).orElseThrow()).isCloseTo(1, within(1e-14));
        assertThat(Diversity.selfBleu(List.of(text))).isEmpty();
        assertThat(Diversity.selfBleu(List.of(text, List.of()))).isEmpty();
    }

    @Test
    void repetitionCountsWhatWasSaidBefore() {
        assertThat(Diversity.repetition(List.of(7, 7, 7, 7, 7, 7), 4).orElseThrow())
                .isCloseTo(2.0 / 3, within(1e-15));
        assertThat(Diversity.repetition(List.of(1, 2, 3, 4, 1, 2, 3, 4), 4).orElseThrow())
                .isCloseTo(1.0 / 5, within(1e-15));
        assertThat(Diversity.repetition(List.of(1, 2, 3, 4, 5), 4).orElseThrow())
                .isZero();
        assertThat(Diversity.repetition(List.of(1, 2, 3), 4)).isEmpty();
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> Diversity.distinct(FRUIT, 0)).hasMessage("n must be at least 1, got 0");
        assertThatThrownBy(() -> Diversity.expectationAdjusted(FRUIT, 1, 0))
                .hasMessage("vocabulary must be at least 1, got 0");
        assertThat(Diversity.expectationAdjusted(FRUIT, 6, 50257)).isEmpty();
        assertThat(Diversity.expectationAdjusted(List.of(), 50257)).isEmpty();
    }
}
