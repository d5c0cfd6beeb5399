package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class PreferenceTest {

    private static final Reward LENGTH = (prompt, completion) -> completion.length();

    @Test
    void hardPreferenceFollowsTheHigherReward() {
        Preference preference = RewardPreference.hard(LENGTH);
        assertThat(preference.probability("p", "long one", "short")).isEqualTo(1);
        assertThat(preference.probability("p", "short", "long one")).isEqualTo(0);
        assertThat(preference.probability("p", "abc", "xyz")).isEqualTo(0.5);
    }

    @Test
    void bradleyTerryIsTheSigmoidOfTheDifference() {
        Preference preference = new RewardPreference(LENGTH, 2);
        assertThat(preference.probability("p", "abcde", "ab")).isCloseTo(0.8175744761936437, within(1e-15)); // σ(1.5)
        assertThat(preference.probability("p", "ab", "abcde")).isCloseTo(1 - 0.8175744761936437, within(1e-15));
        assertThat(new RewardPreference(LENGTH, 1e-300).probability("p", "a", "ab"))
                .isEqualTo(0);
    }

    @Test
    void aCyclicPreferenceIsLegal() {
        Preference cyclic = (prompt, one, other) -> (one + other).matches("ab|bc|ca") ? 1 : 0;
        assertThat(cyclic.probability("p", "a", "b")).isEqualTo(1);
        assertThat(cyclic.probability("p", "b", "c")).isEqualTo(1);
        assertThat(cyclic.probability("p", "c", "a")).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoTemperatureOrNoReward() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RewardPreference(LENGTH, -1))
                .withMessage("temperature must be finite and at least 0, got -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RewardPreference.hard((p, c) -> Double.NaN).probability("p", "a", "b"))
                .withMessage("rewards must be finite, got a difference of NaN");
    }
}
