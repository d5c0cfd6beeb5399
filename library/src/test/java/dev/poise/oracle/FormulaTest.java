package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormulaTest {

    /// 22 characters, 6 words, 2 sentences; runs of three words: the cat sat, cat sat the, sat the cat, the cat sat.
    private static final String TEXT = "The cat sat. The CAT sat!!";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "length | 26",
                "words | 6",
                "tokens | 6",
                "lines | 1",
                "sentences | 2",
                "repetition | 0.25",
                "distinct | 0.5",
                "uppercase | 0.2777777777777778",
                "digits | 0",
                "overlap | 0.3333333333333333",
                "prompt_words | 2",
                "2 + 3 * 4 | 14",
                "(2 + 3) * 4 | 20",
                "7 - 4 - 2 | 1",
                "24 / 4 / 2 | 3",
                "2 ^ 3 ^ 2 | 512",
                "-2 ^ 2 | -4",
                "2 ^ -1 | 0.5",
                "--3 | 3",
                "1.5e2 + .5 | 150.5",
                "min(7, 3, 5) | 3",
                "max(7, 3, 11) | 11",
                "abs(-4) + sqrt(9) | 7",
                "log(exp(3)) | 3",
                "clamp(words, 1, 4) | 4",
                "clamp(words, 8, 9) | 8",
                "0.5*words - 2*repetition + min(length, 13)/100 | 2.63"
            })
    void computesAsOneReadsIt(String formula, double expected) {
        assertThat(Formula.parse(formula).score("a cat", TEXT)).isCloseTo(expected, within(1e-12));
        assertThat(Reward.parse("-2*expr:" + formula).score("a cat", TEXT)).isCloseTo(-2 * expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wrds * 2 | formula \"wrds * 2\": metric at character 1 must be one of length, words, tokens, lines, "
                        + "sentences, repetition, distinct, uppercase, digits, overlap, prompt_words, got \"wrds\"; "
                        + "did you mean words?",
                "1 + mn(2) | formula \"1 + mn(2)\": function at character 5 must be one of min, max, abs, log, exp, sqrt,"
                        + " clamp, got \"mn\"; did you mean min?",
                "sugar | ~formula \"sugar\": metric at character 1 must be one of length, words, tokens, lines, sentences, "
                        + "repetition, distinct, uppercase, digits, overlap, prompt_words, got \"sugar\"~",
                "1 + | formula \"1 +\" must go on with a number, a name or a parenthesis at character 4, got its end",
                "(1 | formula \"(1\" must close its parenthesis at character 3, got its end",
                "1 2 | formula \"1 2\" must end or go on with + - * / ^ at character 3, got \"2\"",
                "1 % 2 | formula \"1 % 2\" must end or go on with + - * / ^ at character 3, got \"%\"",
                "1.2.3 | formula \"1.2.3\" must have a finite number at character 1, got \"1.2.3\"",
                "1e999 | formula \"1e999\" must have a finite number at character 1, got \"1e999\"",
                "clamp(1, 2) | formula \"clamp(1, 2)\": clamp at character 1 must have 3 operands, got 2"
            })
    void saysWhereItIsWrong(String formula, String problem) {
        String expected = problem.replace("~", "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formula.parse(formula))
                .withMessage(expected);
    }

    @Test
    void whatIsNotFiniteIsRefusedWithItsPlaceAndWithoutTheText() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formula.parse("1 + digits / (words - 6)").score("p", TEXT))
                .withMessage("formula \"1 + digits / (words - 6)\" must be finite, got NaN from / at character 12 with"
                        + " [0.0, 0.0]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse("expr:log(words)")
                        .scoreAll(java.util.List.of("p", "p"), java.util.List.of("two words", "")))
                .withMessage(
                        "reward of answer 1 failed: formula \"log(words)\" must be finite, got -Infinity from log at"
                                + " character 1 with [0.0]");
    }

    @Test
    void aFormulaThatNestsWithoutEndIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formula.parse("(".repeat(100_000)))
                .withMessageContaining("must not nest deeper than 100 at character 101");
    }

    /// Every metric is finite on any text, whatever it is made of.
    @Test
    void metricsAreFiniteOnAnyText() {
        SplittableRandom random = new SplittableRandom(3);
        for (int draw = 0; draw < 300; draw++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(30);
            for (int i = 0; i < length; i++) {
                text.appendCodePoint(
                        random.nextBoolean() ? " .!a\nB1'".charAt(random.nextInt(8)) : random.nextInt(0xd7ff));
            }
            for (TextMetric metric : TextMetric.values()) {
                assertThat(metric.of(text.toString(), text.toString()))
                        .as("%s", metric)
                        .isFinite()
                        .isNotNegative();
            }
        }
    }
}
