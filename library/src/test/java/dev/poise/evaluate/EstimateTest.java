package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EstimateTest {

    /// mean 5, sum of squares 20, s = sqrt(20 / 3), half = 3.182446305 s / 2.
    @Test
    void meanHasStudentsInterval() {
        Estimate mean = Estimate.mean("length", "words", new double[] {2, 4, 6, 8});
        double half = 3.182446305284263 * Math.sqrt(20.0 / 3) / 2;
        assertThat(mean.value()).isEqualTo(5);
        assertThat(mean.n()).isEqualTo(4);
        assertThat(mean.name()).isEqualTo("length");
        assertThat(mean.unit()).isEqualTo("words");
        assertThat(mean.interval().low()).isCloseTo(5 - half, within(1e-9));
        assertThat(mean.interval().high()).isCloseTo(5 + half, within(1e-9));
    }

    @Test
    void meanCoversTheTruthForFewValues() {
        Random random = new Random(5);
        int covered = 0;
        for (int repetition = 0; repetition < 4000; repetition++) {
            double[] values = random.doubles(5)
                    .map(ignored -> 3 + 2 * random.nextGaussian())
                    .toArray();
            covered += Estimate.mean("m", "nats", values).interval().contains(3) ? 1 : 0;
        }
        assertThat(covered / 4000.0).isBetween(0.94, 0.96);
    }

    @Test
    void pairedDifferenceUsesThePairing() {
        double[] a = {11, 22, 33, 44};
        double[] b = {10, 20, 32, 42};
        Estimate difference = Estimate.pairedDifference("gain", "nats", a, b);
        assertThat(difference.value()).isEqualTo(1.5);
        assertThat(difference.n()).isEqualTo(4);
        assertThat(difference.interval().low()).isCloseTo(1.5 - 3.182446305284263 / Math.sqrt(12), within(1e-9));
        assertThat(Estimate.pairedDifference("loss", "nats", b, a).value()).isEqualTo(-1.5);
    }

    @Test
    void proportionHasWilsonsInterval() {
        Estimate share = Estimate.proportion("finished", 81, 263);
        assertThat(share.value()).isCloseTo(0.30798479, within(1e-8));
        assertThat(share.interval()).isEqualTo(Interval.wilson(81, 263));
        assertThat(share.unit()).isEqualTo("share");
        assertThat(share.n()).isEqualTo(263);
    }

    @Test
    void refusesTooFewOrBadValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.mean("reward", "nats", new double[] {4}))
                .withMessage("reward must have at least two values for an interval, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.mean("reward", "nats", new double[] {4, 5, Double.NaN}))
                .withMessage("reward must be finite, got NaN at index 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.pairedDifference("gain", "nats", new double[3], new double[2]))
                .withMessage("gain must have equally many values on both sides, got 3 and 2");
    }

    @Test
    void equalValuesGiveAnIntervalWithoutWidth() {
        double[] values = new double[6];
        Arrays.fill(values, 7.5);
        assertThat(Estimate.mean("same", "nats", values).interval()).isEqualTo(new Interval(7.5, 7.5, 0.95));
    }

    /// The mean of resampled normal values has the standard error s / √n.
    @Test
    void resamplingFindsTheIntervalOfAMean() {
        Random random = new Random(11);
        List<Double> values = random.doubles(400)
                .mapToObj(ignored -> 3 + 2 * random.nextGaussian())
                .toList();
        Estimate resampled = Estimate.resampled(
                "mean",
                "nats",
                values,
                some -> some.stream().mapToDouble(x -> x).average().orElseThrow(),
                7);
        Estimate student = Estimate.mean(
                "mean", "nats", values.stream().mapToDouble(x -> x).toArray());

        assertThat(resampled.value()).isCloseTo(student.value(), within(1e-12));
        assertThat(resampled.n()).isEqualTo(400);
        assertThat(resampled.interval().low()).isCloseTo(student.interval().low(), within(0.03));
        assertThat(resampled.interval().high()).isCloseTo(student.interval().high(), within(0.03));
    }

    @Test
    void resamplingNeedsUnitsAndAStatisticThatIsFiniteSomewhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.resampled("r", "-", List.of(1), some -> 1, 1))
                .withMessageContaining("two units");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.resampled("r", "-", List.of(1, 2), some -> Double.NaN, 1))
                .withMessageContaining("r must be finite");
    }
}
