package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class WordF1Test {

    /// Three of the answer's four words are among the reference's five: P = 3/4, R = 3/5, F1 = 2/3.
    @Test
    void sharedWordsCountBothWays() {
        assertThat(WordF1.of("red green blue pink", List.of("blue red green black white")))
                .isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void aWordCountsAsOftenAsBothHaveIt() {
        assertThat(WordF1.of("go go go", List.of("go go stop"))).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void articlesCaseAndPunctuationDoNotCount() {
        assertThat(WordF1.of("The capital, Dakar!", List.of("a capital dakar"))).isEqualTo(1);
        // "theatre" holds an article and is none.
        assertThat(WordF1.of("theatre", List.of("atre"))).isZero();
    }

    /// The paper's own example: a full correct sentence scores far below the bare name.
    @Test
    void theBestReferenceCounts() {
        assertThat(WordF1.of("Senegal", List.of("Gambia", "Senegal"))).isEqualTo(1);
        assertThat(WordF1.of("", List.of("Senegal"))).isZero();
        assertThat(WordF1.of("the", List.of("a"))).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> WordF1.of("x", List.of()));
    }
}
