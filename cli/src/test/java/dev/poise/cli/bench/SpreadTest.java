package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(5.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 5));
        assertThat(Spread.of(List.of(8.0, 1.0, 3.0, 5.0))).isEqualTo(new Spread(4, 1, 8));
        assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7));
    }

    @Test
    void quotientsAreTakenRoundByRoundSoThatDriftDropsOut() {
        // Each side is four times slower in the second round, and three times as fast as the other in both.
        Spread ratio = Spread.ofQuotients(List.of(12.0, 3.0, 10.0), List.of(4.0, 1.0, 2.0));

        assertThat(ratio).isEqualTo(new Spread(3, 3, 5));
    }

    @Test
    void refusesNothingAndRoundsThatDoNotMatch() {
        assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("at least one value, got none");
        assertThatThrownBy(() -> Spread.ofQuotients(List.of(1.0, 2.0), List.of(3.0)))
                .hasMessageContaining("got 2 and 1");
    }
}
