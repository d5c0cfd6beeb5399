package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class MleTest {

    private static final Mle MLE = new Mle();

    /// (12 + 20.5 + 7.25 + 31) nats over 35 tokens. The mean of the examples' own means would be 1.98.
    @Test
    void lossIsTheMeanOverTheTokensOfTheStep() {
        Evaluation evaluation = MLE.evaluate(Golden.BATCH, Golden.TOTALS);
        assertThat(evaluation.loss()).isCloseTo(70.75 / 35, within(1e-15));
        assertThat(evaluation.byGood()).containsOnly(-1.0 / 35);
        assertThat(evaluation.byBad()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void worksOnDemonstrationsWithoutBadExamplesOrReference() {
        Examples good = Golden.unreferenced(new double[] {-3, -5}, 2, 6);
        Evaluation evaluation = MLE.evaluate(new Batch(good, Examples.NONE), new Totals(2, 8));
        assertThat(evaluation.loss()).isEqualTo(1);
        assertThat(evaluation.byBad()).isEmpty();
        assertThat(MLE.needsReference()).isFalse();
        assertThat(MLE.needsPairs()).isFalse();
    }

    @Test
    void trap23_refusesAStepWithoutTrainedTokens() {
        Examples good = Golden.unreferenced(new double[] {0}, 0);
        assertThatThrownBy(() -> MLE.evaluate(new Batch(good, Examples.NONE), new Totals(1, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mle: totals.tokens must be positive, got 0");
    }
}
