package dev.poise.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RanksTest {

    @Test
    void tiesShareTheirPlaces() {
        double[] places = new double[5];
        Ranks.add(places, 3, new double[] {1, 3, 3, 8});
        assertThat(places).containsExactly(new double[] {0, 1 / 3.0, 1 / 3.0, 1 / 3.0, 0}, within(1e-12));
        Ranks.add(places, 9, new double[] {1, 3, 3, 8});
        assertThat(places[4]).isEqualTo(1);
    }

    @Test
    void byHand() {
        double[] places = {6, 1, 1, 0};
        // min(.75, .25) + .125 + .125 + 0.
        assertThat(Ranks.overlap(places)).isCloseTo(0.5, within(1e-12));
        // Simpson: (6 * 5) / (8 * 7); 1 / (4 * that).
        assertThat(Ranks.effective(places)).isCloseTo(56.0 / (4 * 30), within(1e-12));
        assertThat(Ranks.mean(places)).isCloseTo((1 + 2) / 8.0 / 3, within(1e-12));
        assertThat(Ranks.effective(new double[] {0, 5, 0})).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(Ranks.effective(new double[] {1, 0})).isNaN();
    }

    @Test
    void alikeDistributionsOverlapAndShiftedOnesDoLess() {
        SplittableRandom random = new SplittableRandom(2);
        double before = 1.1;
        for (double shift : new double[] {0, 0.5, 1.5, 4}) {
            double[] places = new double[9];
            for (int i = 0; i < 4000; i++) {
                Ranks.add(
                        places,
                        random.nextGaussian() + shift,
                        random.doubles(8).map(u -> random.nextGaussian()).toArray());
            }
            double overlap = Ranks.overlap(places);
            assertThat(overlap).isLessThan(before);
            // Of two normal distributions a shift apart the overlap is 2 Φ(-shift/2): .803 and .453; ranks show at most
            // the whole of the difference.
            if (shift == 0.5) {
                assertThat(overlap).isBetween(0.80, 0.90);
            }
            before = overlap;
        }
        assertThat(before).isLessThan(0.15);
    }
}
