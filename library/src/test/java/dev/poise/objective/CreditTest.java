package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Credit.Baseline;
import dev.poise.objective.Credit.Baseline.Kind;
import dev.poise.objective.Credit.Baseline.Scale;
import dev.poise.objective.Credit.Best;
import dev.poise.objective.Credit.Gae;
import dev.poise.objective.Credit.Outcome;
import dev.poise.objective.Credit.Running;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Credits against numbers by hand.
final class CreditTest {

    private static final Offset<Double> CLOSE = within(1e-12);

    /// Two tokens each, without costs.
    private static List<Outcome> prompt(double... rewards) {
        return Arrays.stream(rewards)
                .mapToObj(reward -> new Outcome(reward, new double[2], new double[2]))
                .toList();
    }

    private static double[] of(Credit credit, double... rewards) {
        List<Outcome> prompt = prompt(rewards);
        List<double[]> tokens =
                credit.of(List.of(prompt), Running.START.plus(List.of(prompt))).getFirst();
        tokens.forEach(one -> assertThat(one[1]).isEqualTo(one[0]));
        return tokens.stream().mapToDouble(one -> one[0]).toArray();
    }

    @Test
    void bestOfNCountsTheFirstOfTheBest() {
        assertThat(of(new Best(Best.Push.NONE, 0.05), 1, 4, 4, -2)).containsExactly(0, 1, 0, 0);
    }

    /// Two count: the mean over both of twice the weights is −log π(best) + β log π(worst).
    @Test
    void pushesLowerTheOthersAsMuchAsTheySay() {
        assertThat(of(new Best(Best.Push.WORST, 0.25), 1, 4, 3, -2)).containsExactly(0, 2, 0, -0.5);
        assertThat(of(new Best(Best.Push.SUM, 0.25), 1, 4, 3, -2)).containsExactly(-1, 4, -1, -1);
        assertThat(of(new Best(Best.Push.AVERAGE, 0.3), 1, 4, 3, -2))
                .containsExactly(new double[] {-0.4, 4, -0.4, -0.4}, CLOSE);
        assertThat(of(new Best(Best.Push.SUM, 0.25), 3, 3))
                .as("nothing is worse")
                .containsExactly(1, 0);
    }

    @Test
    void rewardsAreExponentiatedUpToALimit() {
        assertThat(of(new Credit.Exponential(2, 3), 1, -2, 7))
                .containsExactly(new double[] {Math.exp(0.5), Math.exp(-1), 3}, CLOSE);
    }

    @Test
    void restKeepsTheTopOfTheRoundAndEqualsTogether() {
        List<List<Outcome>> round = List.of(prompt(5, 1), prompt(3, 3), prompt(0, 2));
        assertThat(new Credit.Top(0.5)
                        .of(round, Running.START).stream().flatMap(List::stream).mapToDouble(one -> one[0]))
                .containsExactly(1.0, 0.0, 1.0, 1.0, 0.0, 0.0);
        assertThat(new Credit.Top(0.3)
                        .of(round, Running.START).stream().flatMap(List::stream).mapToDouble(one -> one[0]))
                .as("the second and third are equal")
                .containsExactly(1.0, 0.0, 1.0, 1.0, 0.0, 0.0);
    }

    @Test
    void baselinesAreThoseOfTheirNames() {
        assertThat(of(new Baseline(Kind.NONE, Scale.NONE), 1, 4, -2)).containsExactly(1, 4, -2);
        assertThat(of(new Baseline(Kind.GROUP, Scale.NONE), 1, 4, -2)).containsExactly(0, 3, -3);
        assertThat(of(new Baseline(Kind.LEAVE_ONE_OUT, Scale.NONE), 1, 4, -2))
                .containsExactly(new double[] {1 - 1.0, 4 - -0.5, -2 - 2.5}, CLOSE);
        double deviation = Math.sqrt((0 + 9 + 9) / 3.0);
        assertThat(of(new Baseline(Kind.GROUP, Scale.GROUP), 1, 4, -2))
                .containsExactly(new double[] {0, 3 / (deviation + 1e-4), -3 / (deviation + 1e-4)}, CLOSE);
    }

    @Test
    void theRunningBaselineIsThatOfAllSoFar() {
        Running running = Running.START.plus(10).plus(-1);
        List<Outcome> prompt = prompt(1, 4);
        running = running.plus(List.of(prompt));
        assertThat(running.mean()).isCloseTo(3.5, CLOSE);
        double[] advantages = new Baseline(Kind.RUNNING, Scale.RUNNING)
                .of(List.of(prompt), running).getFirst().stream()
                        .mapToDouble(one -> one[0])
                        .toArray();
        double deviation = Math.sqrt((6.5 * 6.5 + 4.5 * 4.5 + 2.5 * 2.5 + 0.5 * 0.5) / 4);
        assertThat(advantages)
                .containsExactly(new double[] {-2.5 / (deviation + 1e-4), 0.5 / (deviation + 1e-4)}, CLOSE);
    }

    @Test
    void costsAreTakenOffTheReward() {
        List<Outcome> prompt = List.of(
                new Outcome(1, new double[] {0.5, -0.25}, new double[2]),
                new Outcome(2, new double[] {0.125, 0.25}, new double[2]));
        assertThat(new Baseline(Kind.NONE, Scale.NONE)
                        .of(List.of(prompt), Running.START).getFirst().stream().mapToDouble(one -> one[0]))
                .containsExactly(0.75, 1.625);
    }

    /// γ = 0.9, λ = 0.8; rewards −0.1, 0.2, 2 − 0.3; values 0.5, −0.4, 1.
    ///
    /// δ₃ = 1.7 − 1 = 0.7; δ₂ = 0.2 + 0.9·1 + 0.4 = 1.5; δ₁ = −0.1 − 0.36 − 0.5 = −0.96;
    /// A₃ = 0.7; A₂ = 1.5 + 0.72·0.7 = 2.004; A₁ = −0.96 + 0.72·2.004 = 0.48288.
    @Test
    void gaeEqualsTheSumByHand() {
        Outcome outcome = new Outcome(2, new double[] {0.1, -0.2, 0.3}, new double[] {0.5, -0.4, 1});
        assertThat(new Gae(0.9, 0.8, false).of(outcome)).containsExactly(new double[] {0.48288, 2.004, 0.7}, CLOSE);
    }

    @Test
    void gaeWithLambdaOneIsTheReturnLessTheValueAndWithZeroTheDifference() {
        Outcome outcome = new Outcome(2, new double[] {0.1, -0.2, 0.3}, new double[] {0.5, -0.4, 1});
        assertThat(new Gae(0.9, 1, false).of(outcome))
                .containsExactly(new double[] {-0.1 + 0.9 * 0.2 + 0.81 * 1.7 - 0.5, 0.2 + 0.9 * 1.7 + 0.4, 0.7}, CLOSE);
        assertThat(new Gae(0.9, 0, false).of(outcome)).containsExactly(new double[] {-0.96, 1.5, 0.7}, CLOSE);
    }

    @Test
    void whitenedAdvantagesHaveMeanZeroAndDeviationOne() {
        List<double[]> advantages = new Gae(0.9, 0.8, true)
                .of(List.of(prompt(1, 4, -2)), Running.START)
                .getFirst();
        double[] all = advantages.stream().flatMapToDouble(Arrays::stream).toArray();
        assertThat(Arrays.stream(all).average().orElseThrow()).isCloseTo(0, within(1e-9));
        assertThat(Arrays.stream(all).map(a -> a * a).average().orElseThrow()).isCloseTo(1, within(1e-6));
        assertThat(all[2]).as("the better completion").isGreaterThan(all[0]);
    }

    @Test
    void refusesWhatItCannotCredit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(new Baseline(Kind.LEAVE_ONE_OUT, Scale.NONE), 1))
                .withMessageContaining("at least 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompt(Double.NaN))
                .withMessageContaining("finite");
        assertThatIllegalArgumentException().isThrownBy(() -> new Gae(0, 0.5, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Credit.Top(0));
    }
}
