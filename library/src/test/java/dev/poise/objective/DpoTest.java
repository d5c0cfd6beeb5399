package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DpoTest {

    private static final Dpo DPO = new Dpo(0.1, 0);

    @Test
    void lossMatchesTrlSigmoidOnTheGoldenPairs() {
        assertThat(Golden.loss(DPO)).isCloseTo(0.6911832738, within(1e-9));
    }

    @Test
    void theUsualMistakesGiveOtherLosses() {
        assertThat(DPO.evaluate(Golden.withoutReference(), Golden.TOTALS).loss())
                .isCloseTo(0.7621320605, within(1e-9));
        assertThat(DPO.evaluate(Golden.swapped(), Golden.TOTALS).loss()).isCloseTo(0.7099332738, within(1e-9));
        assertThat(DPO.evaluate(Golden.referenceAdded(), Golden.TOTALS).loss())
                .isNotCloseTo(0.6911832738, within(1e-3));
    }

    /// ln(1 + e^−z) with z = βΔ, and its mix with ln(1 + e^z): by hand. Δ = (−12 + 10.5) − (−14 + 13.5) = −1, so z =
    /// −0.1: ln(1 + e^0.1) = 0.7443966600735709.
    @ParameterizedTest
    @CsvSource({
        "0.1, 0,    -1, 0.7443966600735709",
        "0.1, 0.25, -1, 0.7193966600735709",
        "0.5, 0,     3, 0.2014132779827524",
        "0.5, 0.1,   3, 0.3514132779827524"
    })
    void lossMatchesHandComputedValue(double beta, double labelSmoothing, double margin, double expected) {
        Pair pair = new Pair(-14 + margin, -18, -11, -15, 6, 7);
        assertThat(new Dpo(beta, labelSmoothing).of(pair).loss()).isCloseTo(expected, within(1e-15));
    }

    @Test
    void startsAtLnTwoWithHalfBetaAsWeightOfBothSides() {
        PairLoss start = DPO.of(new Pair(-12, -20, -12, -20, 6, 7));
        assertThat(start).isEqualTo(new PairLoss(Math.log(2), -0.05, 0.05));
    }

    @Test
    void weightsArePositiveForEveryMarginWithoutSmoothing() {
        for (double margin = -50; margin <= 50; margin += 1.25) {
            PairLoss term = DPO.of(new Pair(-12 + margin, -20, -12, -20, 6, 7));
            assertThat(-term.byGood()).as("w+ at margin %s", margin).isPositive();
            assertThat(term.byBad()).as("w- at margin %s", margin).isPositive();
        }
    }

    /// ε = 0.2, β = 0.5: the minimum is at βΔ = ln 4, so Δ = 2 ln 4.
    @Test
    void smoothedLossTurnsAtTheLogOddsOfTheLabel() {
        Dpo smoothed = new Dpo(0.5, 0.2);
        double turn = 2 * Math.log(4);
        assertThat(smoothed.of(new Pair(turn - 3, 2, -3, 2, 6, 7)).byGood()).isCloseTo(0, within(1e-15));
        assertThat(smoothed.of(new Pair(turn - 4, 2, -3, 2, 6, 7)).byGood()).isNegative();
        assertThat(smoothed.of(new Pair(turn - 2, 2, -3, 2, 6, 7)).byGood()).isPositive();
    }

    /// Swapping the answers is the same as flipping the label: −log σ(−z) = −log σ(z) + z.
    @Test
    void swappingTheAnswersFlipsTheLabel() {
        Pair pair = new Pair(-12, -20.5, -10.5, -19.75, 6, 7);
        Pair swapped = new Pair(-20.5, -12, -19.75, -10.5, 7, 6);
        double logit = 0.1 * ((-12 + 10.5) - (-20.5 + 19.75));
        assertThat(DPO.of(swapped).loss()).isCloseTo(DPO.of(pair).loss() + logit, within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(doubles = {2e3, 1e5, 1e9, 1e300})
    void trap15_lossAndWeightsStayFiniteAndExactAtExtremeMargins(double margin) {
        PairLoss learnt = new Dpo(1, 0).of(new Pair(margin, -5, -1, -6, 6, 7));
        PairLoss wrong = new Dpo(1, 0).of(new Pair(-margin, -5, -1, -6, 6, 7));
        assertThat(learnt).isEqualTo(new PairLoss(0, -0.0, 0));
        assertThat(wrong.loss()).isCloseTo(margin, within(1e-9 * margin));
        assertThat(wrong.byGood()).isEqualTo(-1);
        assertThat(wrong.byBad()).isEqualTo(1);
    }

    @Test
    void refusesDomainsOutsideTheFormula() {
        for (double beta : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Dpo(beta, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dpo: beta must be positive and finite, got " + beta);
        }
        for (double labelSmoothing : new double[] {-0.1, 0.5, Double.NaN}) {
            assertThatThrownBy(() -> new Dpo(0.1, labelSmoothing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dpo: labelSmoothing must be in [0, 0.5), got " + labelSmoothing);
        }
    }
}
