package dev.poise.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class CurveTest {

    @Test
    void shortCurvesAreNotSmoothed() {
        Curve curve = curve(5, 1, 4);
        assertThat(curve.smooth()).containsExactly(5, 1, 4);
        assertThat(curve.median()).isEqualTo(4);
        assertThat(curve.end()).isEqualTo(4);
    }

    @Test
    void aStraightLineStaysStraightUnderTheRunningMean() {
        double[] line = new double[200];
        Arrays.setAll(line, i -> 3 + 0.5 * i);
        double[] smooth = curve(line).smooth();
        assertThat(Arrays.copyOfRange(smooth, 4, 196))
                .usingComparatorWithPrecision(1e-9)
                .containsExactly(Arrays.copyOfRange(line, 4, 196));
        assertThat(smooth[0]).isCloseTo(4, within(1e-9)); // the mean of the first five
        assertThat(smooth[199]).isCloseTo(101.5, within(1e-9));
    }

    @Test
    void theRunningMeanCoversFourPerCent() {
        double[] spike = new double[100];
        spike[50] = 10;
        assertThat(Arrays.copyOfRange(curve(spike).smooth(), 46, 55))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(0, 0, 2, 2, 2, 2, 2, 0, 0);
    }

    @Test
    void theEndOfATrainingCurveIsTheMeanOfItsLastTenth() {
        double[] values = new double[20];
        values[17] = 100;
        values[18] = 3;
        values[19] = 5;
        assertThat(curve(values).end()).isEqualTo(4);
        assertThat(Curve.of("eval_loss", new long[] {1, 2}, new double[] {3, 7}).end())
                .isEqualTo(7);
    }

    @Test
    void thinningKeepsTheEndsAndTheSpike() {
        double[] values = new double[10_000];
        Arrays.setAll(values, i -> Math.sin(i / 500.0));
        values[6_203] = 9.25;
        Curve thinned = curve(values).thinned(100);
        assertThat(thinned.steps())
                .hasSize(100)
                .startsWith(1)
                .endsWith(10_000)
                .contains(6_204)
                .isSorted();
        assertThat(thinned.values()).contains(9.25);
        assertThat(thinned.logged()).isEqualTo(10_000);
        assertThat(thinned.smooth()).hasSize(100);
    }

    @Test
    void thinningLeavesAShortCurveAloneButRoundsIt() {
        Curve thinned = curve(0.123456789012, 2).thinned(3);
        assertThat(thinned.steps()).containsExactly(1, 2);
        assertThat(thinned.values()[0]).isCloseTo(0.123456789, within(1e-8)).isNotEqualTo(0.123456789012);
    }

    private static Curve curve(double... values) {
        return Curve.of("loss", LongStream.rangeClosed(1, values.length).toArray(), values);
    }
}
