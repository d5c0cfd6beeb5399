package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Objectives of rewards against numbers by hand.
final class RewardedObjectiveTest {

    private static final Offset<Double> CLOSE = within(1e-12);
    private static final Credit ANY = new Credit.Top(0.5);

    /// Two examples of two tokens and one.
    private static Batch batch(double[][] logProbs, double[][] old, double[][] advantages) {
        double[] sums = new double[logProbs.length];
        int[] tokens = new int[logProbs.length];
        for (int i = 0; i < sums.length; i++) {
            for (double value : logProbs[i]) {
                sums[i] += value;
                tokens[i]++;
            }
        }
        Examples good = new Examples(
                sums,
                Arrays.copyOf(new double[] {-1.5, -0.25}, sums.length),
                tokens,
                new TokenValues(logProbs, new double[0][], new double[0][]),
                new Rollouts(advantages, old, Arrays.copyOf(new double[] {0.3, -0.2}, sums.length)));
        return new Batch(good, Examples.NONE);
    }

    @Test
    void thePolicyGradientWeighsTokensByTheirAdvantage() {
        double[][] logProbs = {{-0.5, -1.25}, {-0.75}};
        Batch batch = batch(logProbs, logProbs, new double[][] {{2, -1}, {0.5}});
        Totals totals = new Totals(4, 10);
        Evaluation sums = new PolicyGradient(ANY, Penalty.NONE, Mle.Mean.SEQUENCE_SUMS).evaluate(batch, totals);
        assertThat(sums.byGoodTokens()).isDeepEqualTo(new double[][] {{-0.5, 0.25}, {-0.125}});
        assertThat(sums.loss()).isCloseTo(0.25 - 0.3125 + 0.09375, CLOSE);
        assertThat(sums.byGood()).containsExactly(0, 0);
        assertThat(new PolicyGradient(ANY, Penalty.NONE, Mle.Mean.SEQUENCE_MEANS)
                        .evaluate(batch, totals)
                        .byGoodTokens())
                .isDeepEqualTo(new double[][] {{-0.25, 0.125}, {-0.125}});
        assertThat(new PolicyGradient(ANY, Penalty.NONE, Mle.Mean.TOKENS)
                        .evaluate(batch, totals)
                        .byGoodTokens())
                .isDeepEqualTo(new double[][] {{-0.2, 0.1}, {-0.05}});
    }

    /// Both signs of the advantage, inside and outside, on and beyond both bounds of ε = 0.25.
    @ParameterizedTest
    @CsvSource({
        "2, 1, -2, -2", // at the first step
        "-2, 1, 2, 2",
        "2, 1.2, -2.4, -2.4",
        "2, 1.5, -2.5, 0", // moved enough already
        "2, 0.5, -1, -1", // moved the wrong way: pulled back
        "-2, 0.5, 1.5, 0",
        "-2, 1.5, 3, 3",
        "-2, 0.8, 1.6, 1.6"
    })
    void theClipHoldsBackWhatMovedFarEnoughItsOwnWay(double advantage, double ratio, double loss, double slope) {
        double old = -0.75;
        Batch batch =
                batch(new double[][] {{old + Math.log(ratio)}}, new double[][] {{old}}, new double[][] {{advantage}});
        Evaluation evaluation = new Clipped(0.25, ANY, Penalty.NONE, Mle.Mean.TOKENS)
                .evaluate(new Batch(batch.good().only(0), Examples.NONE), new Totals(1, 1));
        assertThat(evaluation.loss()).isCloseTo(loss, CLOSE);
        assertThat(evaluation.byGoodTokens()[0][0]).isCloseTo(slope, CLOSE);
    }

    @Test
    void atTheFirstStepTheClippedSurrogateIsThePolicyGradient() {
        double[][] logProbs = {{-0.5, -1.25}, {-0.75}};
        Batch batch = batch(logProbs, logProbs, new double[][] {{2, -1}, {0.5}});
        Totals totals = new Totals(2, 3);
        for (Mle.Mean mean : Mle.Mean.values()) {
            assertThat(new Clipped(0.2, ANY, Penalty.NONE, mean)
                            .evaluate(batch, totals)
                            .byGoodTokens())
                    .isDeepEqualTo(new PolicyGradient(ANY, Penalty.NONE, mean)
                            .evaluate(batch, totals)
                            .byGoodTokens());
        }
    }

    /// β = 0.5, N = 2. First: log π = −1.75, log π_old = −2, log π_ref = −1.5: ρ = e^0.25, h = −0.25, b = 0.3.
    @Test
    void thePenaltyByTheScoreFunctionEqualsTheProductByHand() {
        Batch batch = batch(
                new double[][] {{-0.5, -1.25}, {-0.75}}, new double[][] {{-1, -1}, {-0.75}}, new double[][] {{0, 0}, {0}
                });
        Penalty penalty = new Penalty(0.5, Penalty.Form.SCORE);
        Evaluation evaluation =
                new PolicyGradient(ANY, penalty, Mle.Mean.SEQUENCE_SUMS).evaluate(batch, new Totals(2, 3));
        double ratio = Math.exp(0.25);
        assertThat(evaluation.byGood())
                .containsExactly(new double[] {0.25 * ratio * (-0.25 - 0.3), 0.25 * (-0.5 + 0.2)}, CLOSE);
        assertThat(evaluation.loss()).isCloseTo(0.25 * ratio * -0.25 + 0.25 * -0.5, CLOSE);
        assertThat(new Clipped(0.2, ANY, penalty, Mle.Mean.TOKENS)
                        .evaluate(batch, new Totals(2, 3))
                        .byGood())
                .containsExactly(evaluation.byGood());
        assertThat(new PolicyGradient(ANY, penalty, Mle.Mean.TOKENS).needsReference())
                .isTrue();
        assertThat(new PolicyGradient(ANY, new Penalty(0.5, Penalty.Form.REWARD), Mle.Mean.TOKENS).needsReference())
                .isFalse();
    }

    @Test
    void refusesParametersOutsideTheirDomains() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Clipped(1, ANY, Penalty.NONE, Mle.Mean.TOKENS))
                .withMessage("clipped: clip must be in (0, 1), got 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Penalty(-0.1, Penalty.Form.REWARD));
    }
}
