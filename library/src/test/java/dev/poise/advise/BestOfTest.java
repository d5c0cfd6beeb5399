package dev.poise.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BestOfTest {

    /// The mean of the largest value over all subsets of n, one by one.
    private static double enumerated(double[] rewards, int n) {
        double sum = 0;
        int subsets = 0;
        for (int mask = 0; mask < 1 << rewards.length; mask++) {
            if (Integer.bitCount(mask) == n) {
                double best = Double.NEGATIVE_INFINITY;
                for (int i = 0; i < rewards.length; i++) {
                    best = (mask >> i & 1) == 1 ? Math.max(best, rewards[i]) : best;
                }
                sum += best;
                subsets++;
            }
        }
        return sum / subsets;
    }

    @Test
    void isTheMeanOverAllSubsets() {
        SplittableRandom random = new SplittableRandom(4);
        for (int k = 1; k <= 9; k++) {
            double[] rewards = random.doubles(k, -3, 5).toArray();
            for (int n = 1; n <= k; n++) {
                assertThat(BestOf.expected(rewards, n))
                        .as("%d of %d", n, k)
                        .isCloseTo(enumerated(rewards, n), within(1e-12));
            }
        }
        assertThat(BestOf.expected(new double[] {2, 2, -1, 7, 2}, 3))
                .isCloseTo(enumerated(new double[] {2, 2, -1, 7, 2}, 3), within(1e-12));
    }

    @Test
    void hasNoBias() {
        // E[max of 3] of the uniform distribution is 3/4; from 5 draws each, over many prompts.
        SplittableRandom random = new SplittableRandom(9);
        double sum = 0;
        int prompts = 40_000;
        for (int i = 0; i < prompts; i++) {
            sum += BestOf.expected(random.doubles(5).toArray(), 3);
        }
        assertThat(sum / prompts).isCloseTo(0.75, within(4e-3));
    }

    @Test
    void withRewardsOfZeroAndOneItIsPassAtN() {
        // 2 good ones of 6: 1 - C(4,3)/C(6,3) = 1 - 4/20.
        assertThat(BestOf.expected(new double[] {0, 1, 0, 0, 1, 0}, 3)).isCloseTo(0.8, within(1e-12));
    }

    @Test
    void refusesMoreThanWereDrawn() {
        assertThatThrownBy(() -> BestOf.expected(new double[] {1, 2}, 3))
                .hasMessage("N must be from 1 to the 2 draws, got 3");
        assertThatThrownBy(() -> BestOf.expected(new double[] {1, 2}, 0))
                .hasMessage("N must be from 1 to the 2 draws, got 0");
    }
}
