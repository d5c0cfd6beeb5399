package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RewardTest {

    /// Four words, three runs between blanks, twenty code points (the last takes two of Java's chars).
    @ParameterizedTest
    @CsvSource({
        "length:characters:longest, 20",
        "length:words:shortest, -4",
        "length:tokens:closest=5, -2",
        "length:tokens:closest=1, -2",
        "length:words:closest=4, 0"
    })
    void lengthCountsItsUnitTowardsItsGoal(String specification, double reward) {
        assertThat(Reward.parse(specification).score("prompt", " It's twenty-two x€𝄞"))
                .isEqualTo(reward);
    }

    @Test
    void aRewardModelIsNamedAndLiesSomewhere() {
        Map<String, String> located = Map.of(
                "model:org/judge", "model:/cache/org/judge",
                "-0.5*model:hf:org/judge", "-0.5*model:/cache/hf:org/judge",
                "length:words:shortest", "length:words:shortest",
                "regex:model:x", "regex:model:x",
                "model:", "model:",
                "model", "model");
        located.forEach((named, found) -> assertThat(
                        Reward.located(named, directory -> Path.of("/cache").resolve(directory)))
                .as(named)
                .isEqualTo(found));
    }

    @Test
    void emptyTextHasNoLengthInAnyUnit() {
        for (Length.Unit unit : Length.Unit.values()) {
            assertThat(new Length(unit, new Length.Goal.Longest()).score("p", ""))
                    .isEqualTo(0);
        }
        assertThat(new Length(Length.Unit.TOKENS, new Length.Goal.Longest()).score("p", " \n "))
                .isEqualTo(0);
    }

    @Test
    void lexicalCountsWholeWordsWhateverTheirCase() {
        Reward reward = Reward.parse("lexical:good,happy;-bad,SAD");
        assertThat(reward.score("p", "Good, HAPPY and good; goodness is not.")).isEqualTo(3);
        assertThat(reward.score("p", "sad bad good")).isEqualTo(-1);
        assertThat(reward.score("good good", "neither")).isEqualTo(0);
    }

    @Test
    void lexicalShareDividesByTheWords() {
        Reward reward = Reward.parse("lexical-share:good;-bad");
        assertThat(reward.score("p", "good good bad day now")).isEqualTo(0.2);
        assertThat(reward.score("p", "...")).isEqualTo(0);
    }

    @Test
    void lexicalMayHaveOnlyBadWords() {
        assertThat(Reward.parse("lexical:-bad,sad").score("p", "a bad, sad, bad day"))
                .isEqualTo(-3);
    }

    @Test
    void patternFindsOrCounts() {
        assertThat(Reward.parse("regex:\\bend: [a-z]+").score("p", "the end: here"))
                .isEqualTo(1);
        assertThat(Reward.parse("regex:\\bend: [a-z]+").score("p", "the End: here"))
                .isEqualTo(0);
        assertThat(Reward.parse("regex-count:a*b").score("p", "aab b cab")).isEqualTo(3);
    }

    @Test
    void aWeightStandsBeforeTheRuleAndStarsBehindItsColonAreTheExpressions() {
        assertThat(Reward.parse("-0.5*length:words:longest").score("p", "one two three"))
                .isEqualTo(-1.5);
        assertThat(Reward.parse("2*regex-count:ba*").score("p", "b baa")).isEqualTo(4);
    }

    @Test
    void severalLinesAreAddedUp() {
        Reward reward = Reward.parse(List.of("0.5*length:words:longest", "lexical:good;-bad"));
        assertThat(reward.score("p", "good good day bad")).isEqualTo(3);
        assertThat(Reward.parse(List.of("lexical:good"))).isEqualTo(Reward.parse("lexical:good"));
    }

    /// A model's scores are weighed and added like a rule's, all at once.
    @Test
    void modelsAreReadByWhoeverCanAndScoreAllAtOnce() {
        List<Integer> batches = new ArrayList<>();
        Reward reward = Reward.parse(
                List.of("-2*model:some/where", "length:words:longest"),
                directory -> {
                    assertThat(directory).isEqualTo(Path.of("some/where"));
                    return new Reward() {
                        @Override
                        public double score(String prompt, String completion) {
                            return completion.length();
                        }

                        @Override
                        public double[] scoreAll(List<String> prompts, List<String> completions) {
                            batches.add(completions.size());
                            return Reward.super.scoreAll(prompts, completions);
                        }
                    };
                },
                service -> {
                    throw new AssertionError(service);
                });
        assertThat(reward.scoreAll(List.of("p", "p", "q"), List.of("a b", "abcd", "")))
                .containsExactly(-4, -7, 0);
        assertThat(batches).containsExactly(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "size:words:longest | kind must be length, lexical, lexical-share, regex, regex-count, expr, model, command or endpoint, got \"size\"",
                "model: | model must name a directory, got none",
                "model:m | kind must be a rule here, got a reward model",
                "length | unit must be characters, words or tokens, got \"\"",
                "length:bytes:longest | unit must be characters, words or tokens, got \"bytes\"",
                "length:words | goal must be shortest, longest or closest=N, got \"\"",
                "length:words:closest=few | closest must be a whole number, got \"few\"",
                "length:words:closest=-3 | closest must be at least 0, got -3",
                "lexical: | good and bad must hold at least one word, got none",
                "lexical:good,new york | word must be a single word, got \"new york\"",
                "lexical:good,;-bad | word must be a single word, got \"\"",
                "lexical:good,fine;-Fine | word must be good or bad, got \"fine\" in both",
                "regex: | expression must not be empty",
                "regex:a(b | expression must be a regular expression, got one wrong at index 3 (Unclosed group)",
                "x*length:words:longest | weight must be a number, got \"x\"",
                "NaN*length:words:longest | weight must be finite, got NaN"
            })
    void saysWhatIsWrongAndWhatIsLegal(String specification, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse(specification))
                .withMessageStartingWith("reward \"" + specification + "\": " + problem + "; legal: length:characters|")
                .withMessageNotContaining("\n");
    }

    @Test
    void anExplosiveExpressionIsRefusedAndSoIsADeepOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse("regex:(x+)+\\1y").score("p", "x".repeat(60)))
                .withMessage("regex (x+)+\\1y must finish within 5006000 character reads, "
                        + "got more on a completion of 60 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reward.parse("regex:(a|b)*c").score("p", "ab".repeat(200_000)))
                .withMessageContaining("on a completion of 400000 characters");
    }

    @Test
    void anOrdinaryExpressionReadsALongCompletion() {
        assertThat(Reward.parse("regex-count:\\bcat\\b").score("p", "a cat sat. ".repeat(100_000)))
                .isEqualTo(100_000);
    }

    @Test
    void aRewardThatIsNotFiniteIsRefusedByItsPromptsIndex() {
        Reward reward = (prompt, completion) -> completion.isEmpty() ? Double.NaN : completion.length();
        assertThat(reward.scoreAll(List.of("p", "q"), List.of("four", "seven"))).containsExactly(4, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reward.scoreAll(List.of("secret", "hidden"), List.of("four", "")))
                .withMessage("reward of answer 1 must be finite, got NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reward.scoreAll(List.of("secret"), List.of()))
                .withMessage("completions must be one a prompt, got 0 for 1 prompts");
    }

    @Test
    void wordsSurviveAMillionApostrophes() {
        assertThat(Words.of("a'".repeat(1_000_000))).hasSize(1);
        assertThat(Words.of("'tis o’clock' ÉTÉ 4x e\u0301a"))
                .containsExactly("tis", "o’clock", "été", "4x", "e\u0301a");
    }

    @Test
    void equalWordListsAreEqualRewards() {
        assertThat(new Lexical(Set.of("B", "a"), Set.of(), Lexical.Measure.COUNT))
                .isEqualTo(new Lexical(Set.of("A", "b"), Set.of(), Lexical.Measure.COUNT))
                .hasToString("Lexical[good=[a, b], bad=[], measure=COUNT]");
    }
}
