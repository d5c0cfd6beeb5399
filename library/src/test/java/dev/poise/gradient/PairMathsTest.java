package dev.poise.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.gradient.Change.Verdict;
import dev.poise.gradient.Weights.Answer;
import dev.poise.gradient.Weights.Answers;
import dev.poise.objective.Dpo;
import dev.poise.objective.ExMate;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.TokenUnlikelihood;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PairMathsTest {

    private static final Answers PAIR = new Answers(new Answer(-12, -11.5, 8), new Answer(-10, -10.4, 6));

    @Test
    void weightsAreMinusAndPlusTheDerivatives() {
        Weights dpo = Weights.alone(new Dpo(0.1, 0), PAIR);
        assertThat(dpo.good()).isCloseTo(5.224848247918e-02, within(1e-14));
        assertThat(dpo.bad()).isEqualTo(dpo.good());
        assertThat(dpo.threshold()).isEqualTo(1);

        Weights mle = Weights.alone(new Mle(), PAIR);
        assertThat(mle).isEqualTo(new Weights(0.125, 0));
        assertThat(mle.threshold()).isInfinite();

        Weights both = Weights.alone(new Mixture(List.of(new Term(new Dpo(0.1, 0), 1), new Term(new Mle(), .2))), PAIR);
        assertThat(both.good()).isCloseTo(7.724848247918e-02, within(1e-14));
        assertThat(both.bad()).isCloseTo(5.224848247918e-02, within(1e-14));
    }

    /// In a step of two pairs DPO's weights are halved, and MLE's denominator counts both answers' tokens.
    @Test
    void weightsInABatchHaveTheBatchsDenominators() {
        Answers other = new Answers(new Answer(-5, -6d, 2), new Answer(-7, -6.5, 3));
        List<Weights> dpo = Weights.together(new Dpo(0.1, 0), List.of(PAIR, other));
        assertThat(dpo.getFirst().good()).isCloseTo(5.224848247918e-02 / 2, within(1e-14));
        assertThat(dpo.getLast().bad()).isCloseTo(0.05 / (1 + Math.exp(0.15)), within(1e-14));
        assertThat(Weights.together(new Mle(), List.of(PAIR, other))).containsOnly(new Weights(0.1, 0));
    }

    @Test
    void anObjectiveWithoutAReferenceNeedsNone() {
        Answers bare = new Answers(new Answer(-12, null, 8), new Answer(-10, null, 6));
        assertThat(Weights.alone(new Mle(), bare).good()).isEqualTo(0.125);
    }

    /// β = 0.1 and Δ = 0 give w = 0.05; ‖g⁺‖² = 1, ‖g⁻‖² = 4, ⟨g⁺, g⁻⟩ = 2 for η = 20: both fall while the margin
    /// grows.
    @Test
    void dpoLowersBothAnswersOfAnEntangledPair() {
        InnerProducts products = new InnerProducts(1, 2, 4);
        Change change = products.forecast(new Weights(.05, .05), 20);
        assertThat(change).isEqualTo(new Change(-1, -2));
        assertThat(change.margin()).isEqualTo(1);
        assertThat(change.verdict()).isEqualTo(Verdict.BOTH_DOWN);
        assertThat(products.overlap()).isEqualTo(2);
        assertThat(products.cosine()).isEqualTo(1);
    }

    /// λ = 0.2 of summed likelihood raises the threshold to 1 + 0.2/0.05 = 5: it is what a pair of overlap 5 needs.
    @Test
    void theRemedyIsTheWeightAtWhichTheChosenAnswerStands() {
        Weights dpo = new Weights(.05, .05);
        InnerProducts products = new InnerProducts(3, 15, 100);
        assertThat(dpo.plus(.2, new Weights(1, 0)).threshold()).isCloseTo(5, within(1e-14));
        double lambda = products.remedy(dpo, new Weights(1, 0)).orElseThrow();
        assertThat(lambda).isCloseTo(.2, within(1e-15));
        assertThat(products.forecast(dpo.plus(lambda, new Weights(1, 0)), 7).good())
                .isCloseTo(0, within(1e-12));
        assertThat(products.forecast(dpo.plus(lambda * 1.01, new Weights(1, 0)), 7)
                        .good())
                .isPositive();
        assertThat(products.forecast(dpo.plus(lambda * .99, new Weights(1, 0)), 7)
                        .good())
                .isNegative();
    }

    @Test
    void aRemedyThatPenalisesWeighsItsOwnHarm() {
        Weights dpo = new Weights(.05, .04);
        InnerProducts products = new InnerProducts(3, 15, 100);
        Weights added = new Weights(.125, .01);
        double lambda = products.remedy(dpo, added).orElseThrow();
        assertThat(lambda).isCloseTo((.04 * 5 - .05) / (.125 - .05), within(1e-14));
        assertThat(products.forecast(dpo.plus(lambda, added), 7).good()).isCloseTo(0, within(1e-12));

        assertThat(products.remedy(dpo, new Weights(.125, .03))).isEmpty();
        assertThat(new InnerProducts(3, 1, 100).remedy(dpo, added)).hasValue(0);
        assertThat(new InnerProducts(3, -15, 100).remedy(dpo, added)).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "1, -2, AS_INTENDED",
        "1, 0, AS_INTENDED",
        "1, 2, BOTH_UP",
        "-1, -2, BOTH_DOWN",
        "-1, 2, CHOSEN_DOWN_ONLY",
        "-1, 0, CHOSEN_DOWN_ONLY",
        "0, 0, CHOSEN_UNMOVED",
        "0, -1, CHOSEN_UNMOVED"
    })
    void verdicts(double good, double bad, Verdict verdict) {
        assertThat(new Change(good, bad).verdict()).isEqualTo(verdict);
    }

    /// (2, 3)·(4, −1) = 5 and ‖(2, 3)‖² = 13; by 3 · 5 and 3 · 3 tokens.
    @Test
    void chesIsTheOverlapLessTheChosensOwn() {
        Ches ches = Ches.of(new double[] {2, 3}, new double[] {4, -1}, 3, 5);
        assertThat(ches.plain()).isEqualTo(-8);
        assertThat(ches.normalised()).isCloseTo(5 / 15.0 - 13 / 9.0, within(1e-15));
    }

    /// 7 8 9 8 against 7 9 8 8 8: one token more, and after the first two of three places differ.
    @Test
    void literalSimilarity() {
        Similarity similarity = Similarity.of(new int[] {7, 8, 9, 8}, new int[] {7, 9, 8, 8, 8});
        assertThat(similarity.commonPrefix()).isEqualTo(1);
        assertThat(similarity.editDistance()).isEqualTo(2 / 5.0);
        assertThat(similarity.sharedTokens()).isEqualTo(2 * 4 / 9.0);

        assertThat(Similarity.of(new int[] {1, 2}, new int[] {1, 2, 3})).isEqualTo(new Similarity(2, 1 / 3.0, .8));
        assertThat(Similarity.of(new int[] {1, 2}, new int[] {3, 4, 5})).isEqualTo(new Similarity(0, 1, 0));
        assertThat(Similarity.of(new int[] {4}, new int[] {4})).isEqualTo(new Similarity(1, 0, 1));
    }

    /// Outcomes 2x + 1 of forecasts 1, 2, −1, and a sign that differs.
    @Test
    void agreement() {
        Agreement agreement = Agreement.of(new double[] {1, 2, -.25}, new double[] {3, 5, .5});
        assertThat(agreement.n()).isEqualTo(3);
        assertThat(agreement.correlation()).isCloseTo(1, within(1e-14));
        assertThat(agreement.slope()).isCloseTo(2, within(1e-14));
        assertThat(agreement.signs()).isEqualTo(2 / 3.0);
        assertThat(agreement.relativeError()).isCloseTo(Math.sqrt((4 + 9 + .5625) / (9 + 25 + .25)), within(1e-14));
        assertThat(agreement.medianError()).isCloseTo(2 / 3.0, within(1e-14));
        assertThatThrownBy(() -> Agreement.of(new double[] {1}, new double[0]))
                .hasMessage("outcomes must be as many as forecasts and at least one, got 0 for 1");
    }

    @Test
    void quantilesAreValuesOfTheData() {
        Quantiles quantiles = Quantiles.of(new double[] {5, 1, Double.NaN, 9, 3});
        assertThat(quantiles.at(0)).isEqualTo(1);
        assertThat(quantiles.at(.5)).isEqualTo(3);
        assertThat(quantiles.at(.75)).isEqualTo(5);
        assertThat(quantiles.at(.76)).isEqualTo(9);
        assertThat(quantiles.at(1)).isEqualTo(9);
    }

    /// DPO by u = f⁺/0.5 and v = f⁻/0.5: w = β v^β / (u^β + v^β).
    @Test
    void mapsAreReadAtTheCentresOfTheirCells() {
        GradientMap map = GradientMap.of("dpo", new Dpo(.5, 0), 5);
        assertThat(map.probabilities()).containsExactly(new double[] {.1, .3, .5, .7, .9}, within(1e-15));
        double expected = .5 * Math.sqrt(.3) / (Math.sqrt(.9) + Math.sqrt(.3));
        assertThat(map.good()[1][4]).isCloseTo(expected, within(1e-14));
        assertThat(map.bad()[1][4]).isCloseTo(expected, within(1e-14));
        assertThat(GradientMap.at(new Mle(), .2, .7)).isEqualTo(new Weights(1, 0));
    }

    /// The exponential of a single token's log-probability, c = 1: w⁻ = f⁻.
    @Test
    void aMapOfExMate() {
        for (double bad : new double[] {.3, .5, .9}) {
            Weights weights = GradientMap.at(new ExMate(1, Normalise.TOKENS), .6, bad);
            assertThat(weights.good()).isEqualTo(1);
            assertThat(weights.bad()).isCloseTo(bad, within(1e-15));
        }
    }

    /// α f⁻/(1 − f⁻): the penalty that diverges.
    @Test
    void aMapOfAnObjectiveThatTellsTokensApart() {
        assertThat(GradientMap.at(new TokenUnlikelihood(1), .6, .3).bad()).isCloseTo(.428571, within(1e-6));
        assertThat(GradientMap.at(new TokenUnlikelihood(1), .6, .9).bad()).isCloseTo(9, within(1e-9));
        assertThat(GradientMap.at(new TokenUnlikelihood(1), .6, .9).good()).isEqualTo(1);
    }
}
