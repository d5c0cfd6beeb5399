package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WinRateTest {

    @Test
    void countsWinsLossesAndTiesOfPairs() {
        WinRate rate = WinRate.paired(new double[] {1, 5, 2, 9, 4, 7}, new double[] {3, 2, 2, 8, 4, 1});
        assertThat(rate).isEqualTo(new WinRate(3, 1, 2));
        assertThat(rate.rate()).isCloseTo(4.0 / 6, within(1e-15));
        assertThat(rate.n()).isEqualTo(6);
        assertThat(rate.toEstimate("against the start").interval()).isEqualTo(rate.interval());
    }

    @ParameterizedTest
    @CsvSource({"50, 0", "0, 50", "81, 182", "7, 3", "1, 0"})
    void withoutTiesTheIntervalIsWilsons(long wins, long losses) {
        Interval wilson = Interval.wilson(wins, wins + losses);
        Interval interval = new WinRate(wins, losses, 0).interval();
        assertThat(interval.low()).isCloseTo(wilson.low(), within(1e-12));
        assertThat(interval.high()).isCloseTo(wilson.high(), within(1e-12));
    }

    /// Only ties: P(B wins) is 0 at the upper end, so n λ = z² (1 - λ), and λ = z² / (n + z²).
    @Test
    void onlyTiesStillLeaveDoubt() {
        double squared = Interval.Z * Interval.Z;
        Interval interval = new WinRate(0, 0, 100).interval();
        assertThat(interval.high()).isCloseTo(0.5 + squared / (100 + squared) / 2, within(1e-12));
        assertThat(interval.low()).isCloseTo(0.5 - squared / (100 + squared) / 2, within(1e-12));
    }

    @Test
    void tiesNarrowTheInterval() {
        Interval decided = new WinRate(50, 50, 0).interval();
        Interval tied = new WinRate(5, 5, 90).interval();
        assertThat(tied.high() - tied.low()).isLessThan(0.5 * (decided.high() - decided.low()));
    }

    @Test
    void swappingTheSidesMirrorsTheInterval() {
        Interval forth = new WinRate(37, 12, 9).interval();
        Interval back = new WinRate(12, 37, 9).interval();
        assertThat(back.low()).isCloseTo(1 - forth.high(), within(1e-12));
        assertThat(back.high()).isCloseTo(1 - forth.low(), within(1e-12));
        assertThat(forth.low()).isLessThan(41.5 / 58).isGreaterThan(0.5);
    }

    /// The interval of every small outcome is proper, whatever the counts.
    @Test
    void isNeverDegenerateNorOutsideTheUnitInterval() {
        for (int wins = 0; wins <= 12; wins++) {
            for (int losses = 0; wins + losses <= 12; losses++) {
                WinRate rate = new WinRate(wins, losses, 12 - wins - losses);
                Interval interval = rate.interval();
                assertThat(interval.low()).as("%s", rate).isBetween(0.0, rate.rate());
                assertThat(interval.high()).as("%s", rate).isBetween(rate.rate(), 1.0);
                assertThat(interval.high() - interval.low()).as("%s", rate).isGreaterThan(0.05);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "50, 0.1, 0",
        "50, 0.5, 0",
        "50, 0.9, 0",
        "50, 0.1, 0.15",
        "50, 0.5, 0.4",
        "50, 0.9, 0.15",
        "200, 0.1, 0.1",
        "200, 0.5, 0.8",
        "200, 0.9, 0",
        "500, 0.1, 0.1",
        "500, 0.5, 0.3",
        "500, 0.9, 0.18"
    })
    void coversTheTruth(int n, double rate, double tie) {
        double win = rate - tie / 2;
        SplittableRandom random = new SplittableRandom(n + Math.round(1000 * rate));
        int covered = 0;
        for (int repetition = 0; repetition < 20_000; repetition++) {
            int wins = 0;
            int ties = 0;
            for (int i = 0; i < n; i++) {
                double draw = random.nextDouble();
                wins += draw < win ? 1 : 0;
                ties += draw >= win && draw < win + tie ? 1 : 0;
            }
            covered += new WinRate(wins, n - wins - ties, ties).interval().contains(rate) ? 1 : 0;
        }
        assertThat(covered / 20_000.0).isBetween(0.93, 0.985);
    }

    @Test
    void refusesScoresThatCannotBeCompared() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WinRate.paired(new double[2], new double[3]))
                .withMessage("scores must be as many on both sides and at least one, got 2 and 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WinRate.paired(new double[] {1, 2}, new double[] {3, Double.NaN}))
                .withMessage("scores must be finite, got 2.0 and NaN at prompt 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WinRate.paired(new double[0], new double[0]))
                .withMessage("scores must be as many on both sides and at least one, got 0 and 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WinRate(0, 0, 0))
                .withMessage("wins, losses and ties must be counts of at least one prompt, got 0, 0 and 0");
    }
}
