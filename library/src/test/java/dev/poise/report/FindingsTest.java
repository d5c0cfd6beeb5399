package dev.poise.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class FindingsTest {

    @Test
    void aHealthyRunHasNone() {
        assertThat(Findings.of(List.of(
                        curve("rewards/chosen", 0.01, 0.2, 0.4),
                        curve("rewards/margins", 0.02, 0.5, 1.1),
                        curve("eval_rewards/accuracies", 0.1, 0.7, 0.8),
                        curve("eval_loss", 0.69, 0.5, 0.505),
                        curve("grad_norm", 3, 2, 9))))
                .isEmpty();
        assertThat(Findings.of(List.of())).isEmpty();
    }

    @Test
    void aFallingChosenRewardUnderAGrowingMarginIsDisplacement() {
        Finding finding = only(curve("rewards/chosen", 0.1, -0.8), curve("rewards/margins", 0.1, 1.6));
        assertThat(finding.title()).isEqualTo("Likelihood displacement");
        assertThat(finding.text())
                .startsWith("The reward margin is 1.600, but the chosen answers have become less likely than under the "
                        + "reference (reward -0.8000).");
        assertThat(Findings.of(List.of(curve("rewards/chosen", 0.1, -0.05), curve("rewards/margins", 0.1, 1.6))))
                .isEmpty();
        assertThat(Findings.of(List.of(curve("rewards/chosen", 0.1, -0.8), curve("rewards/margins", 0.1, -0.3))))
                .isEmpty();
    }

    @Test
    void heldOutNumbersDecideWhereThereAreSome() {
        assertThat(Findings.of(List.of(
                        curve("rewards/chosen", 0.1, -0.8),
                        curve("eval_rewards/chosen", 0.1, 0.3),
                        curve("rewards/margins", 0.1, 1.6))))
                .isEmpty();
    }

    @Test
    void aRisingHeldOutLossIsOverfitting() {
        assertThat(only(curve("eval_loss", 0.7, 0.5, 0.4, 0.45)).text())
                .startsWith("Held-out loss was lowest at step 30 (0.4000) and has risen to 0.4500 since");
        assertThat(Findings.of(List.of(curve("eval_loss", 0.7, 0.5, 0.4, 0.42))))
                .isEmpty();
        assertThat(Findings.of(List.of(curve("eval_loss", 0.7, 0.9, 0.8)))).isEmpty();
    }

    @Test
    void accuracyBelowChanceIsNamedOnceThereIsEnoughOfIt() {
        assertThat(only(curve("rewards/accuracies", 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.41))
                        .text())
                .startsWith("Accuracy ends at 41 %");
        assertThat(only(curve("eval_rewards/accuracies", 0.3)).title()).isEqualTo("Below chance");
        assertThat(Findings.of(List.of(curve("rewards/accuracies", 0, 0.4)))).isEmpty();
        Curve untrained = Curve.of("eval_rewards/accuracies", new long[] {0}, new double[] {0});
        assertThat(Findings.of(List.of(untrained))).isEmpty();
    }

    @Test
    void aGradientFarAboveItsMedianIsASpike() {
        assertThat(only(curve("grad_norm", 2, 3, 62, 3)).text())
                .startsWith("The gradient norm reached 62.00 at step 30, 21 times its median.");
    }

    private static Finding only(Curve... curves) {
        List<Finding> findings = Findings.of(List.of(curves));
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private static Curve curve(String name, double... values) {
        return Curve.of(
                name, LongStream.rangeClosed(1, values.length).map(i -> 10 * i).toArray(), values);
    }
}
