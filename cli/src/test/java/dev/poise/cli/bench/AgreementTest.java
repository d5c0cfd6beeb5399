package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class AgreementTest {

    @Test
    void numbersAgreeWithinATolerancePerStepRelativeToTheLarger() {
        double[] poise = {0.6931, -200.0};

        assertThat(Agreement.ofNumbers("loss", poise, new double[] {0.6937, -200.19}, 1e-3))
                .isEmpty();
        assertThat(Agreement.ofNumbers("loss", poise, new double[] {0.6937, -200.21}, 1e-3))
                .contains(
                        "loss of step 2: -200.00000 on Poise's side, -200.21000 on the peer's, more than 1e-03 apart");
    }

    @Test
    void whatIsNotANumberAgreesWithNothing() {
        assertThat(Agreement.ofNumbers("loss", new double[] {Double.NaN}, new double[] {Double.NaN}, 1e-2))
                .isPresent();
    }

    @Test
    void otherNumbersOfStepsDiffer() {
        assertThat(Agreement.ofNumbers("loss", new double[] {0.5, 0.4}, new double[] {0.5}, 1e-2))
                .contains("loss: 2 steps on Poise's side, 1 on the peer's");
    }

    @Test
    void tokensAgreeOnlyWhereAllAreEqual() {
        List<List<Integer>> poise = List.of(List.of(4, 5), List.of(6, 7));

        assertThat(Agreement.ofTokens(poise, List.of(List.of(4, 5), List.of(6, 7))))
                .isEmpty();
        assertThat(Agreement.ofTokens(poise, List.of(List.of(4, 5), List.of(6, 8))))
                .contains("completion 1, token 1: 7 on Poise's side, 8 on the peer's");
        assertThat(Agreement.ofTokens(poise, List.of(List.of(4, 5, 9), List.of(6, 7))))
                .contains("completion 0, token 2: nothing on Poise's side, 9 on the peer's");
        assertThat(Agreement.ofTokens(poise, List.of(List.of(4, 5))))
                .contains("completions: 2 on Poise's side, 1 on the peer's");
    }

    @Test
    void trainingsAgreeInLossesAndInBothLogProbabilities() {
        Trained poise = trained(0.69, -300, -280);

        assertThat(poise.differsFrom(trained(0.69, -300.1, -280.1), 1e-3)).isEmpty();
        assertThat(poise.differsFrom(trained(0.68, -300, -280), 1e-3))
                .hasValueSatisfying(text -> assertThat(text).startsWith("loss of step 1"));
        assertThat(poise.differsFrom(trained(0.69, -301, -280), 1e-3)).hasValueSatisfying(text -> assertThat(text)
                .startsWith("log-probability of the chosen answers of step 1"));
        assertThat(poise.differsFrom(trained(0.69, -300, -281), 1e-3)).hasValueSatisfying(text -> assertThat(text)
                .startsWith("log-probability of the rejected answers of step 1"));
    }

    private static Trained trained(double loss, double chosen, double rejected) {
        return new Trained(
                new double[] {loss},
                new double[] {chosen},
                new double[] {rejected},
                3,
                new Usage(OptionalLong.empty(), OptionalDouble.empty()));
    }
}
