package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ShuffleTest {

    @Test
    void visitsEveryRowOnce() {
        int[] order = Shuffle.epoch(1000, 42, 0);
        Arrays.sort(order);
        assertThat(order).isEqualTo(IntStream.range(0, 1000).toArray());
        assertThat(Shuffle.epoch(0, 42, 0)).isEmpty();
        assertThat(Shuffle.epoch(1, 42, 0)).containsExactly(0);
    }

    @Test
    void dependsOnSeedAndEpochAndNothingElse() {
        assertThat(Shuffle.epoch(50, 7, 3)).isEqualTo(Shuffle.epoch(50, 7, 3));
        assertThat(Shuffle.epoch(50, 7, 3)).isNotEqualTo(Shuffle.epoch(50, 7, 4));
        assertThat(Shuffle.epoch(50, 7, 3)).isNotEqualTo(Shuffle.epoch(50, 8, 3));
        assertThat(Shuffle.epoch(50, 7, 3)).isNotEqualTo(Shuffle.epoch(50, 8, 2));
    }

    /// The first numbers of SplitMix64 from seed 1234567, as published with the reference implementation.
    @Test
    void usesSplitMix64() {
        long gamma = 0x9E3779B97F4A7C15L;
        assertThat(Long.toUnsignedString(Shuffle.mix(1234567 + gamma))).isEqualTo("6457827717110365317");
        assertThat(Long.toUnsignedString(Shuffle.mix(1234567 + 2 * gamma))).isEqualTo("3203168211198807973");
    }

    @Test
    void findsEveryOrderEquallyOften() {
        Map<String, Integer> counts = new HashMap<>();
        for (int seed = 0; seed < 24_000; seed++) {
            counts.merge(Arrays.toString(Shuffle.epoch(4, seed, 1)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(24);
        // Six standard deviations around 1,000.
        assertThat(counts.values()).allMatch(count -> count > 815 && count < 1185);
    }

    @Test
    void holdsOutAShare() {
        Split split = Split.of(200, 0.05, 9);
        assertThat(split.evaluation()).hasSize(10).isSorted().doesNotHaveDuplicates();
        assertThat(split.train()).hasSize(190).isSorted().doesNotContain(split.evaluation());
        assertThat(Split.of(200, 0.05, 9).evaluation()).isEqualTo(split.evaluation());
        assertThat(Split.of(200, 0.05, 10).evaluation()).isNotEqualTo(split.evaluation());
        assertThat(Split.of(200, 0.1, 9).evaluation()).hasSize(20).contains(split.evaluation());
    }

    @Test
    void neverHoldsOutNothingOrAll() {
        assertThat(Split.of(10, 0, 1).evaluation()).isEmpty();
        assertThat(Split.of(10, 0.001, 1).evaluation()).hasSize(1);
        assertThat(Split.of(3, 0.99, 1).train()).hasSize(1);
        assertThat(Split.of(1, 0.5, 1).train()).hasSize(1);
        assertThat(Split.of(0, 0.5, 1).train()).isEmpty();
        assertThatThrownBy(() -> Split.of(10, 1, 1)).hasMessage("the share held out must be in [0, 1), got 1.0");
        assertThatThrownBy(() -> Split.of(10, Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
