package dev.poise.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.online.Completion.Author;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Rounds as data: what is read of them, what is remembered, what a value head learns.
final class RoundsTest {

    private static Completion completion(Author author, double reward, double[] logProbs, double[] reference) {
        int[] tokens = IntStream.range(0, logProbs.length).map(t -> 7 + t).toArray();
        return new Completion(
                author, tokens, logProbs.length < 3, reward, logProbs, reference, reference, new double[0]);
    }

    private static Group group(long round, int row, Completion... completions) {
        return new Group(round, row, new int[] {1, 2}, List.of(completions));
    }

    /// Two prompts: means 2 and 5, deviations 1 and 0. Log-ratios of the policy's: 0.5 − 0.25, −0.5, 1.
    @Test
    void aRoundIsReadOfWhatThePolicyWrote() {
        Completion first = completion(Author.POLICY, 1, new double[] {-0.5, -1}, new double[] {-1, -0.75});
        Completion second = completion(Author.POLICY, 3, new double[] {-2.5}, new double[] {-2});
        Completion third = completion(Author.POLICY, 5, new double[] {-1, -1, -0.5}, new double[] {-1, -1.5, -1});
        Completion given = completion(Author.DATA, 100, new double[] {-3}, new double[] {-9});
        Map<String, Double> reading =
                RoundReading.of(List.of(group(0, 4, first, second, given), group(0, 6, third, third)));
        assertThat(reading.get("rollout/reward")).isEqualTo(3.5);
        assertThat(reading.get("rollout/reward_low")).isLessThan(3.5);
        assertThat(reading.get("rollout/reward_deviation")).isEqualTo(0.5);
        assertThat(reading.get("rollout/equal")).isEqualTo(0.5);
        assertThat(reading.get("rollout/identical")).isEqualTo(0.5);
        assertThat(reading.get("rollout/length")).isEqualTo((2 + 1 + 3 + 3) / 4.0);
        assertThat(reading.get("rollout/ended")).isEqualTo(0.5);
        assertThat(reading.get("rollout/kl_k1")).isCloseTo((0.25 - 0.5 + 1 + 1) / 4, within(1e-12));
        double k3 = Math.exp(-0.5)
                - 1
                + 0.5
                + (Math.exp(0.25) - 1 - 0.25)
                + (Math.exp(0.5) - 1 - 0.5)
                + 4 * (Math.exp(-0.5) - 1 + 0.5);
        assertThat(reading.get("rollout/kl_k3")).isCloseTo(k3 / 4, within(1e-12));
    }

    @Test
    void withOneCompletionAPromptThoseOfTheRoundAreCompared() {
        Completion one = completion(Author.POLICY, 1, new double[] {-1}, new double[0]);
        Completion other = completion(Author.POLICY, 2, new double[] {-1}, new double[0]);
        assertThat(RoundReading.of(List.of(group(0, 1, one), group(0, 2, other))))
                .containsEntry("rollout/equal", 0.0)
                .containsEntry("rollout/identical", 1.0)
                .doesNotContainKey("rollout/kl_k1");
    }

    @Test
    void earlierRoundsComeAgainLessAndLess() {
        Completion any = completion(Author.POLICY, 1, new double[] {-1}, new double[0]);
        Memory memory = new Memory(0.5, 0.5, 2, List.of());
        for (long round = 0; round < 4; round++) {
            long now = round;
            memory = memory.remembering(
                    IntStream.range(0, 8).mapToObj(row -> group(now, row, any)).toList());
        }
        assertThat(memory.groups()).extracting(Group::round).containsOnly(2L, 3L);
        List<Group> again = memory.at(4, 9);
        assertThat(again).extracting(Group::round).containsExactly(3L, 3L, 3L, 3L, 2L, 2L);
        assertThat(again.subList(0, 4)).extracting(Group::row).doesNotHaveDuplicates();
        assertThat(memory.at(4, 9)).as("a function of the seed").isEqualTo(again);
        assertThat(memory.at(4, 10)).isNotEqualTo(again);
        assertThat(new Memory(0, 0.5, 2, List.of()).remembering(again).groups()).isEmpty();
    }

    /// Returns that are linear in the hidden state are foretold but for the ridge.
    @Test
    void theValueHeadLearnsWhatIsLinear() {
        SplittableRandom random = new SplittableRandom(3);
        float[][] hidden = new float[400][5];
        double[] returns = new double[400];
        for (int i = 0; i < hidden.length; i++) {
            for (int d = 0; d < 5; d++) {
                hidden[i][d] = (float) random.nextDouble(-1, 1);
            }
            returns[i] = 2 - 3 * hidden[i][0] + 0.5 * hidden[i][4];
        }
        ValueHead head = ValueHead.fitted(hidden, returns);
        for (int i = 0; i < 20; i++) {
            assertThat(head.of(hidden[i])).isCloseTo(returns[i], within(0.02));
        }
        assertThat(ValueHead.NONE.of(hidden[0])).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> head.of(new float[2]))
                .withMessageContaining("width 5");
    }

    /// One state h = 2 and return 6, twice: ρ = 10⁻³ (2·4 + 2)/2, and (HᵀH + ρ) v = HᵀR = 12 (2, 1) is solved along
    /// (2, 1), where HᵀH is 10.
    @Test
    void theRidgeIsThatOfTheFormula() {
        ValueHead head = ValueHead.fitted(new float[][] {{2}, {2}}, new double[] {6, 6});
        double along = 12 / (10 + 0.005);
        assertThat(head.weights()).containsExactly(new double[] {2 * along, along}, within(1e-9));
    }
}
