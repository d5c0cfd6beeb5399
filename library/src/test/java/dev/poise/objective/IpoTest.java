package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;
import org.junit.jupiter.api.Test;

final class IpoTest {

    private static final Ipo BY_TOKENS = new Ipo(0.1, Normalise.TOKENS);
    private static final Ipo SUMMED = new Ipo(0.1, Normalise.NONE);

    @Test
    void trap11_ipoSumAndMeanAreDifferentNamedOptions() {
        assertThat(Golden.loss(BY_TOKENS)).isCloseTo(25.0821131838, within(1e-9));
        assertThat(Golden.loss(SUMMED)).isCloseTo(29.078125, within(1e-9));
    }

    @Test
    void theUsualMistakesGiveOtherLosses() {
        double golden = Golden.loss(BY_TOKENS);
        assertThat(BY_TOKENS.evaluate(Golden.withoutReference(), Golden.TOTALS).loss())
                .isNotCloseTo(golden, within(1e-3));
        assertThat(BY_TOKENS.evaluate(Golden.swapped(), Golden.TOTALS).loss()).isNotCloseTo(golden, within(1e-3));
        assertThat(BY_TOKENS.evaluate(Golden.referenceAdded(), Golden.TOTALS).loss())
                .isNotCloseTo(golden, within(1e-3));
    }

    /// h = −1.5/6 + 0.5/8 = −0.1875; residual −5.1875; slopes 2·(−5.1875)/6 and −2·(−5.1875)/8.
    @Test
    void lossAndSlopesMatchHandComputedValues() {
        PairLoss term = BY_TOKENS.of(new Pair(-12, -14, -10.5, -13.5, 6, 8));
        assertThat(term.loss()).isEqualTo(26.91015625);
        assertThat(term.byGood()).isCloseTo(-1.7291666666666667, within(1e-15));
        assertThat(term.byBad()).isEqualTo(1.296875);
    }

    /// h = −1.5 + 0.5 = −1; residual −6.
    @Test
    void summedLossAndSlopesMatchHandComputedValues() {
        assertThat(SUMMED.of(new Pair(-12, -14, -10.5, -13.5, 6, 8))).isEqualTo(new PairLoss(36, -12, 12));
    }

    @Test
    void lossIsLeastAtTheTargetAndTurnsBeyondIt() {
        assertThat(SUMMED.of(new Pair(-7, -14, -10.5, -12.5, 6, 8))).isEqualTo(new PairLoss(0, 0, -0.0));
        assertThat(SUMMED.of(new Pair(-6, -14, -10.5, -12.5, 6, 8))).isEqualTo(new PairLoss(1, 2, -2));
    }

    @Test
    void anAnswerWithoutTrainedTokensCountsAsOneToken() {
        PairLoss term = BY_TOKENS.of(new Pair(0, -14, 0, -13.5, 0, 8));
        assertThat(term.loss()).isEqualTo((0.0625 - 5) * (0.0625 - 5));
        assertThat(term.byGood()).isEqualTo(2 * (0.0625 - 5));
    }

    @Test
    void trap15_lossAndWeightsStayFiniteAtExtremeMargins() {
        PairLoss term = SUMMED.of(new Pair(-1e5, 3, -1, -2, 6, 8));
        assertThat(term.loss()).isEqualTo(100_009.0 * 100_009.0);
        assertThat(term.byGood()).isEqualTo(-200_018);
    }

    @Test
    void refusesDomainsOutsideTheFormula() {
        for (double beta : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Ipo(beta, Normalise.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("ipo: beta must be positive and finite, got " + beta);
        }
    }
}
