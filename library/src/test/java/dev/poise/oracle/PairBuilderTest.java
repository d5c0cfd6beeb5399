package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PairBuilderTest {

    private static final Candidates MIXED =
            new Candidates("one", List.of("a", "b", "c", "d"), List.of(2.0, 5.0, 5.0, -1.0));
    private static final Candidates CLOSE = new Candidates("two", List.of("e", "f"), List.of(0.25, 0.5));
    private static final Candidates EQUAL = new Candidates("three", List.of("g", "h"), List.of(0.0, -0.0));
    private static final Candidates SINGLE = new Candidates("four", List.of("i"), List.of(9.0));
    private static final Candidates NONE = new Candidates("five", List.of(), List.of());

    @Test
    void bestWorstTakesTheFirstOfTheBestAndTheWorst() {
        PairBuilder.Result result = new PairBuilder.BestWorst().build(List.of(MIXED, CLOSE, EQUAL, SINGLE, NONE));
        assertThat(result.pairs())
                .containsExactly(new ScoredPair("one", "b", 5, "d", -1), new ScoredPair("two", "f", 0.5, "e", 0.25));
        assertThat(result.counts()).isEqualTo(new PairBuilder.Counts(5, 2, 3, 0));
    }

    @Test
    void marginTakesAllPairsFarEnoughApartWidestFirst() {
        PairBuilder.Result result = new PairBuilder.Margin(3).build(List.of(MIXED, CLOSE, EQUAL));
        assertThat(result.pairs())
                .containsExactly(
                        new ScoredPair("one", "b", 5, "d", -1),
                        new ScoredPair("one", "c", 5, "d", -1),
                        new ScoredPair("one", "a", 2, "d", -1),
                        new ScoredPair("one", "b", 5, "a", 2),
                        new ScoredPair("one", "c", 5, "a", 2));
        assertThat(result.counts()).isEqualTo(new PairBuilder.Counts(3, 5, 1, 1));
    }

    @Test
    void marginKeepsTheWidestUnderItsLimit() {
        List<ScoredPair> pairs = new PairBuilder.Margin(0.5, 2).pairs(MIXED);
        assertThat(pairs).extracting(ScoredPair::margin).containsExactly(6.0, 6.0);
        assertThat(pairs).extracting(ScoredPair::chosen).containsExactly("b", "c");
    }

    @Test
    void allTakesEveryPairOfUnequalRewards() {
        assertThat(new PairBuilder.All().picks(MIXED.rewards()))
                .containsExactly(
                        new PairBuilder.Pick(1, 3),
                        new PairBuilder.Pick(2, 3),
                        new PairBuilder.Pick(0, 3),
                        new PairBuilder.Pick(1, 0),
                        new PairBuilder.Pick(2, 0));
        assertThat(new PairBuilder.All().picks(EQUAL.rewards())).isEmpty();
    }

    @Test
    void randomTakesTheFirstAndTheNextThatDiffers() {
        assertThat(new PairBuilder.FirstTwo().picks(List.of(1.0, 1.0, 0.5, 9.0)))
                .containsExactly(new PairBuilder.Pick(0, 2));
        assertThat(new PairBuilder.FirstTwo().picks(List.of(1.0, 2.0))).containsExactly(new PairBuilder.Pick(1, 0));
        assertThat(new PairBuilder.FirstTwo().picks(EQUAL.rewards())).isEmpty();
        assertThat(new PairBuilder.FirstTwo().picks(List.of())).isEmpty();
    }

    @Test
    void scoringRefusesTooFewAnswersAndNone() {
        Reward tooFew = new Reward() {
            @Override
            public double score(String prompt, String completion) {
                return 1;
            }

            @Override
            public double[] scoreAll(List<String> prompts, List<String> completions) {
                return new double[1];
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Candidates.scored(tooFew, List.of("p"), List.of(List.of("x", "y"))))
                .withMessage("a reward must give one number for each of 2 completions, got 1");
        Reward failing = (prompt, completion) -> {
            throw new IllegalStateException("no answer");
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Candidates.scored(failing, List.of("p", "q"), List.of(List.of(), List.of("y"))))
                .withMessage("reward of prompt 1, completion 0 failed: no answer");
    }

    @Test
    void scoringNamesTheAnswerAndNotItsText() {
        Reward reward = (prompt, completion) -> completion.equals("bad") ? Double.POSITIVE_INFINITY : 3;
        assertThat(Candidates.scored(reward, List.of("p"), List.of(List.of("x", "y"))))
                .containsExactly(new Candidates("p", List.of("x", "y"), List.of(3.0, 3.0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Candidates.scored(
                        reward, List.of("secret", "hidden"), List.of(List.of("x"), List.of("y", "bad"))))
                .withMessage("reward of prompt 1, completion 1 must be finite, got Infinity");
    }

    @Test
    void refusesWhatCannotBeBuiltFrom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PairBuilder.Margin(0))
                .withMessage("margin must be finite and above 0, got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PairBuilder.Margin(1, 0))
                .withMessage("limit must be at least 1, got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Candidates("p", List.of("a"), List.of()))
                .withMessage("rewards must be one a completion, got 0 for 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Candidates("p", List.of("a"), List.of(Double.NaN)))
                .withMessage("reward must be finite, got NaN");
    }
}
