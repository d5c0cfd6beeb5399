package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ParabolaTest {

    /// Win probabilities by mean likelihood, fitted apart in double precision.
    @Test
    void equalsItsGoldens() {
        Parabola fit = Parabola.through(
                new double[] {-3, -2.5, -2, -1.5, -1, -.8}, new double[] {.30, .43, .46, .47, .37, .31});
        assertThat(fit.lineError()).isCloseTo(.068056680140, within(1e-11));
        assertThat(fit.error()).isCloseTo(.008763880484, within(1e-11));
        assertThat(fit.square()).isCloseTo(-.141109287824, within(1e-11));
        assertThat(fit.slope()).isCloseTo(-.530209386282, within(1e-11));
        assertThat(fit.constant()).isCloseTo(-.020165408599, within(1e-11));
        assertThat(fit.vertex().orElseThrow()).isCloseTo(-1.878718950600, within(1e-11));
        assertThat(fit.reduction()).isCloseTo(.87122674, within(1e-8));
        assertThat(fit.correlation()).isCloseTo(-.018708027102, within(1e-11));
        assertThat(fit.n()).isEqualTo(6);
    }

    /// Points of a parabola come back as it, also far from the origin, where x² cancels.
    @Test
    void recoversAParabola() {
        SplittableRandom random = new SplittableRandom(3);
        for (int draw = 0; draw < 50; draw++) {
            double[] c = {random.nextDouble(-2, 2), random.nextDouble(-2, 2), random.nextDouble(-2, 2)};
            double centre = random.nextDouble(-50, 50);
            double[] x = random.doubles(7, centre - 1, centre + 1).toArray();
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = c[0] * x[i] * x[i] + c[1] * x[i] + c[2];
            }
            Parabola fit = Parabola.through(x, y);
            assertThat(fit.square()).isCloseTo(c[0], within(1e-9));
            assertThat(fit.slope()).isCloseTo(c[1], within(1e-7));
            assertThat(fit.vertex().orElseThrow()).isCloseTo(-c[1] / (2 * c[0]), within(1e-5 / Math.abs(c[0])));
            assertThat(fit.error()).isLessThan(1e-9);
            assertThat(fit.lineError()).isGreaterThan(fit.error());
        }
    }

    @Test
    void aLineHasNoVertexAndOneHeightNoCorrelation() {
        assertThat(Parabola.through(new double[] {-1, 0, 1}, new double[] {2, 2, 2})
                        .vertex())
                .isEmpty();
        assertThat(Parabola.through(new double[] {-1, 0, 1}, new double[] {2, 2, 2})
                        .correlation())
                .isNaN();
        assertThat(Parabola.through(new double[] {-1, 0, 1}, new double[] {2, 2, 2})
                        .reduction())
                .isZero();
    }

    @Test
    void refusesWhatCannotBeFitted() {
        assertThatThrownBy(() -> Parabola.through(new double[] {1, 2, 2}, new double[] {1, 2, 3}))
                .hasMessage("a parabola needs points at three different x at least, got 2");
        assertThatThrownBy(() -> Parabola.through(new double[] {1, 2, 3}, new double[] {1, 2}))
                .hasMessage("a parabola needs one y an x, got 2 for 3 points");
        assertThatThrownBy(() -> Parabola.through(new double[] {1, 2, 3}, new double[] {1, 2, Double.NaN}))
                .hasMessage("a parabola needs finite points, got NaN or infinities");
    }
}
