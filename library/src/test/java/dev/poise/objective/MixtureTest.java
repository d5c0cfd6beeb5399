package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Mixture.Term;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MixtureTest {

    private static final Dpo DPO = new Dpo(0.1, 0);
    private static final Mle MLE = new Mle();

    @Test
    void sumsLossesAndDerivativesByWeight() {
        Evaluation dpo = DPO.evaluate(Golden.BATCH, Golden.TOTALS);
        Evaluation mixed =
                new Mixture(List.of(new Term(DPO, 2), new Term(MLE, 0.25))).evaluate(Golden.BATCH, Golden.TOTALS);
        assertThat(mixed.loss()).isCloseTo(2 * 0.6911832738 + 0.25 * 70.75 / 35, within(1e-9));
        for (int i = 0; i < 4; i++) {
            assertThat(mixed.byGood()[i]).isCloseTo(2 * dpo.byGood()[i] - 0.25 / 35, within(1e-15));
            assertThat(mixed.byBad()[i]).isCloseTo(2 * dpo.byBad()[i], within(1e-15));
        }
    }

    @Test
    void oneTermOfWeightOneIsThatTerm() {
        Evaluation alone = DPO.evaluate(Golden.BATCH, Golden.TOTALS);
        Evaluation mixed = new Mixture(List.of(new Term(DPO, 1))).evaluate(Golden.BATCH, Golden.TOTALS);
        assertThat(mixed.loss()).isEqualTo(alone.loss());
        assertThat(mixed.byGood()).containsExactly(alone.byGood());
        assertThat(mixed.byBad()).containsExactly(alone.byBad());
    }

    @Test
    void needsWhatAnyTermNeeds() {
        Mixture likelihood = new Mixture(List.of(new Term(MLE, 1)));
        Mixture margin = new Mixture(List.of(new Term(MLE, 1), new Term(new Hinge(0.5, false), 1)));
        Mixture reference = new Mixture(List.of(new Term(MLE, 1), new Term(new Ipo(0.5, Normalise.NONE), 1)));
        assertThat(List.of(likelihood.needsPairs(), likelihood.needsReference()))
                .containsExactly(false, false);
        assertThat(List.of(margin.needsPairs(), margin.needsReference())).containsExactly(true, false);
        assertThat(List.of(reference.needsPairs(), reference.needsReference())).containsExactly(true, true);
    }

    @Test
    void refusesNoTermsAndWeightsThatAreNoWeights() {
        assertThatThrownBy(() -> new Mixture(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mixture: terms must hold at least one objective, got none");
        for (double weight : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Term(MLE, weight))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("mixture: weight must be finite and not negative, got " + weight);
        }
    }
}
