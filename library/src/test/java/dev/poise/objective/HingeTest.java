package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;
import org.junit.jupiter.api.Test;

final class HingeTest {

    private static final Hinge HINGE = new Hinge(0.1, true);
    private static final Hinge WITHOUT_REFERENCE = new Hinge(0.1, false);

    @Test
    void lossMatchesTrlHingeOnTheGoldenPairs() {
        assertThat(Golden.loss(HINGE)).isCloseTo(0.98125, within(1e-9));
    }

    /// Margins without the reference 2, −2.5, 2.25, −6: 1 − 0.1 times their mean −1.0625.
    @Test
    void withoutReferenceIsAnotherNamedOption() {
        assertThat(Golden.loss(WITHOUT_REFERENCE)).isCloseTo(1.10625, within(1e-15));
        assertThat(HINGE.evaluate(Golden.withoutReference(), Golden.TOTALS).loss())
                .isCloseTo(1.10625, within(1e-15));
        assertThat(HINGE.needsReference()).isTrue();
        assertThat(WITHOUT_REFERENCE.needsReference()).isFalse();
    }

    /// Swapped, the mean margin 0.1875 turns its sign.
    @Test
    void swappedLabelsGiveAnotherLoss() {
        assertThat(HINGE.evaluate(Golden.swapped(), Golden.TOTALS).loss()).isCloseTo(1.01875, within(1e-15));
    }

    @Test
    void withoutReferenceWorksWhereNoneWasMeasured() {
        Examples good = Golden.unreferenced(new double[] {-4}, 2);
        Examples bad = Golden.unreferenced(new double[] {-7}, 3);
        Evaluation evaluation = new Hinge(0.25, false).evaluate(new Batch(good, bad), new Totals(1, 2));
        assertThat(evaluation.loss()).isEqualTo(0.25);
        assertThat(evaluation.byGood()).containsExactly(-0.25);
        assertThat(evaluation.byBad()).containsExactly(0.25);
    }

    /// β = 0.25: the margin asked for is 4 nats.
    @Test
    void derivativeAtTheKinkIsZero() {
        Hinge hinge = new Hinge(0.25, true);
        assertThat(hinge.of(new Pair(-5, -8, -3, -2, 6, 7))).isEqualTo(new PairLoss(0, 0, -0.0));
        assertThat(hinge.of(new Pair(-5.5, -8, -3, -2, 6, 7))).isEqualTo(new PairLoss(0.125, -0.25, 0.25));
        assertThat(hinge.of(new Pair(-4.5, -8, -3, -2, 6, 7))).isEqualTo(new PairLoss(0, 0, -0.0));
    }

    @Test
    void trap15_lossAndWeightsStayFiniteAtExtremeMargins() {
        assertThat(new Hinge(1, true).of(new Pair(-1e5, 3, -1, -2, 6, 7))).isEqualTo(new PairLoss(100_005, -1, 1));
        assertThat(new Hinge(1, true).of(new Pair(1e5, 3, -1, -2, 6, 7))).isEqualTo(new PairLoss(0, 0, -0.0));
    }

    @Test
    void refusesDomainsOutsideTheFormula() {
        for (double beta : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Hinge(beta, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("hinge: beta must be positive and finite, got " + beta);
        }
    }
}
