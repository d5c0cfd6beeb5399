package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.bandit.LengthRun.Way;
import dev.poise.bandit.Setting.Source;
import dev.poise.objective.Dpo;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LengthStudyTest {

    /// The hazards of a distribution give it back, the limit's mass included.
    @Test
    void aPolicyHasTheDistributionThatItIsMadeFrom() {
        double[] reference = LengthRun.reference();
        assertThat(Arrays.stream(reference).sum()).isCloseTo(1, within(1e-12));
        // exp(-(44 - 40)²/200)/exp(0) = 0.9231163463866358
        assertThat(reference[44] / reference[40]).isCloseTo(0.9231163463866358, within(1e-12));
        double[] logProbs = Hazard.of(reference).logProbs();
        double sum = 0;
        for (int length = 0; length < reference.length; length++) {
            assertThat(Math.exp(logProbs[length])).as("%d", length).isCloseTo(reference[length], within(1e-6));
            sum += Math.exp(logProbs[length]);
        }
        assertThat(sum).as("whatever the logits").isCloseTo(1, within(1e-12));
    }

    /// Two hazards by hand: σ(0) = ½ everywhere gives ½, ¼, ⅛, … .
    @Test
    void evenHazardsHalveWhatIsLeft() {
        double[] halves = new double[Hazard.LIMIT + 1];
        for (int length = 0; length < Hazard.LIMIT; length++) {
            halves[length] = Math.pow(0.5, length + 1.0);
        }
        halves[Hazard.LIMIT] = Math.pow(0.5, Hazard.LIMIT);
        Hazard policy = Hazard.of(halves);
        assertThat(policy.parameters().getFirst().value()[0]).containsOnly(0f);
        assertThat(policy.logProbs()[3]).isCloseTo(4 * Math.log(0.5), within(1e-12));
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        SplittableRandom random = new SplittableRandom(5);
        Hazard policy = Hazard.of(LengthRun.reference());
        float[] logits = policy.parameters().getFirst().value()[0];
        int[] lengths = {0, 3, 17, 40, 41, 63, 64, 64};
        double[] weights = random.doubles(lengths.length, -2, 2).toArray();
        policy.setGradient(lengths, weights);
        float[] gradient = policy.parameters().getFirst().gradient()[0].clone();
        for (int t : new int[] {0, 2, 3, 20, 40, 41, 62, 63}) {
            float before = logits[t];
            logits[t] = before + 1e-2f;
            double up = loss(policy, lengths, weights);
            double step = (double) logits[t] - before;
            logits[t] = before - 1e-2f;
            double down = loss(policy, lengths, weights);
            step += (double) before - logits[t];
            logits[t] = before;
            assertThat(gradient[t]).as("z %d", t).isCloseTo((float) ((up - down) / step), within(1e-4f));
        }
    }

    private static double loss(Hazard policy, int[] lengths, double[] weights) {
        double loss = 0;
        for (int i = 0; i < lengths.length; i++) {
            loss += weights[i] * policy.logProbs()[lengths[i]];
        }
        return loss;
    }

    @Test
    void drawsFollowTheDistribution() {
        SplittableRandom random = new SplittableRandom(1);
        double[] reference = LengthRun.reference();
        double mean = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            mean += Hazard.draw(reference, random) / (double) draws;
        }
        double expected = 0;
        for (int length = 0; length < reference.length; length++) {
            expected += length * reference[length];
        }
        assertThat(mean).isCloseTo(expected, within(4 * 10 / Math.sqrt(draws)));
    }

    /// What is learnt from pairs agrees with the truth where pairs are, and is standardised under the reference.
    @ParameterizedTest
    @EnumSource(LengthGoal.class)
    void theRewardModelOrdersWhatItHasSeen(LengthGoal goal) {
        double[] scores = new LengthRun(goal, 3).scores();
        double[] reference = LengthRun.reference();
        double mean = 0;
        double squares = 0;
        for (int length = 0; length < scores.length; length++) {
            mean += reference[length] * scores[length];
            squares += reference[length] * scores[length] * scores[length];
        }
        assertThat(mean).isCloseTo(0, within(1e-9));
        assertThat(squares).isCloseTo(1, within(1e-9));
        switch (goal) {
            case MIN -> assertThat(scores[25]).isGreaterThan(scores[35]).isGreaterThan(scores[50]);
            case MODE -> assertThat(scores[40]).isGreaterThan(scores[25]).isGreaterThan(scores[55]);
            case SKEW -> assertThat(scores[1]).isGreaterThan(scores[8]).isGreaterThan(scores[25]);
        }
    }

    @Test
    void worthByHand() {
        assertThat(LengthGoal.MIN.worth(12, 40)).isEqualTo(-12);
        assertThat(LengthGoal.SKEW.worth(12, 40)).isEqualTo(-12);
        assertThat(LengthGoal.MODE.worth(12, 40)).isEqualTo(-28);
        assertThat(LengthGoal.MODE.worth(43, 40)).isEqualTo(-3);
    }

    /// A few steps in the right direction, the same ones for the same seed.
    @Test
    void stepsShortenAnswersAndOnlyTheSeedDecides() {
        Way way = new Way("dpo", Source.ONLINE, new Pairwise(new Dpo(0.1, 0), 0), 64, 2);
        List<Double> measures = new LengthRun(LengthGoal.MIN, 1).measures(way, 60, 20);
        assertThat(measures).hasSize(4).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(measures.getFirst()).isBetween(39.0, 40.5);
        assertThat(measures.getLast()).isLessThan(32);
        assertThat(new LengthRun(LengthGoal.MIN, 1).measures(way, 60, 20)).isEqualTo(measures);
        assertThat(new LengthRun(LengthGoal.MIN, 2).measures(way, 60, 20)).isNotEqualTo(measures);
    }

    @Test
    void oneSeedHasNoInterval() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthStudy.run(List.of(LengthGoal.MIN), 1, 1, done -> {}))
                .withMessage("seeds must be at least 2, since one run has no interval, got 1");
    }
}
