package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IntervalTest {

    /// 81 of 263, example of Newcombe, Statistics in Medicine 17 (1998) 857, table I: 0.2553 to 0.3662.
    @Test
    void wilsonAgreesWithAPublishedExample() {
        Interval interval = Interval.wilson(81, 263);
        assertThat(interval.low()).isCloseTo(0.2553, within(5e-5));
        assertThat(interval.high()).isCloseTo(0.3662, within(5e-5));
        assertThat(interval.level()).isEqualTo(0.95);
    }

    @Test
    void wilsonIsNeverAPointAndReachesTheEdgesExactly() {
        assertThat(Interval.wilson(0, 20).low()).isEqualTo(0);
        assertThat(Interval.wilson(0, 20).high()).isCloseTo(0.1611, within(5e-5)); // the same table
        assertThat(Interval.wilson(29, 29).high()).isEqualTo(1);
        assertThat(Interval.wilson(1, 1).low()).isCloseTo(0.2065, within(5e-5));
    }

    /// The coverage is summed over all outcomes, so it is exact: 0.9351 at its lowest here, for n = 50 and p = 0.5.
    @ParameterizedTest
    @CsvSource({"50, 0.1", "50, 0.5", "50, 0.9", "200, 0.1", "200, 0.5", "500, 0.1", "500, 0.5", "500, 0.9"})
    void wilsonCoversTheTruth(int n, double p) {
        double covered = 0;
        double logProbability = n * Math.log(1 - p);
        for (int successes = 0; successes <= n; successes++) {
            covered += Interval.wilson(successes, n).contains(p) ? Math.exp(logProbability) : 0;
            logProbability += Math.log((n - successes) / (successes + 1.0)) + Math.log(p / (1 - p));
        }
        assertThat(covered).isBetween(0.935, 0.975);
    }

    @Test
    void containsBothEnds() {
        Interval interval = new Interval(-1.5, 2.25, 0.9);
        assertThat(interval.contains(-1.5)).isTrue();
        assertThat(interval.contains(2.25)).isTrue();
        assertThat(interval.contains(2.26)).isFalse();
        assertThat(interval.contains(-1.51)).isFalse();
    }

    @Test
    void refusesWhatIsNoInterval() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interval(0.7, 0.3, 0.95))
                .withMessage("low must be at most high, got 0.7 and 0.3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interval(Double.NaN, 0.3, 0.95))
                .withMessage("low must be at most high, got NaN and 0.3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interval(0.1, 0.3, 95))
                .withMessage("level must be in (0, 1), got 95.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interval.wilson(7, 5))
                .withMessage("successes must be 0 to n and n at least 1, got 7 of 5");
    }
}
