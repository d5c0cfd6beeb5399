package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FamilyTest {

    static Stream<Family> families() {
        return Stream.of(new Categorical(), new Squashed(3));
    }

    /// Distinct outputs of moderate size; halves of float32 that a step of central differences does not round away.
    private static float[] outputs(Family family, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] outputs = new float[family.outputs()];
        for (int j = 0; j < outputs.length; j++) {
            outputs[j] = (float) random.nextDouble(-1, 1);
        }
        return outputs;
    }

    /// Central differences by every output, of a function of the distribution.
    private static double[] slope(Family family, float[] outputs, ToDoubleFunction<double[]> function) {
        double[] slope = new double[outputs.length];
        for (int j = 0; j < outputs.length; j++) {
            float[] up = outputs.clone();
            float[] down = outputs.clone();
            up[j] += 1e-2f;
            down[j] -= 1e-2f;
            double width = (double) up[j] - down[j];
            slope[j] = (function.applyAsDouble(family.distribution(up))
                            - function.applyAsDouble(family.distribution(down)))
                    / width;
        }
        return slope;
    }

    @ParameterizedTest
    @CsvSource({
        "0, .07809",
        "10, .02273",
        "16, .02681",
        "20, .02433",
        "50, .00384",
        "70, .00211",
        "81, .00189",
        "90, .00212",
        "99, .04223"
    })
    void dataIsTheHistogramOfASquashedCauchy(int bin, double share) {
        assertThat(Math.exp(new Categorical().data()[bin])).isCloseTo(share, within(5e-6));
    }

    @Test
    void dataSumsToOneAndHasTheKnownEntropy() {
        Categorical family = new Categorical();
        double sum = Arrays.stream(family.data()).map(Math::exp).sum();
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(family.entropy(family.data())).isCloseTo(4.1173, within(5e-5));
        double least = Arrays.stream(family.data()).min().orElseThrow();
        assertThat(family.data()[81]).isEqualTo(least);
    }

    @ParameterizedTest
    @CsvSource({"R1, .0390", "R2, .3772", "R1-wide, .0955", "R1-widest, .1876"})
    void expectedRewardOfTheData(String name, double reward) {
        Problem problem = Problem.of(name);
        assertThat(problem.family().expectedReward(problem.family().data(), problem.reward()))
                .isCloseTo(reward, within(5e-5));
    }

    @ParameterizedTest
    @CsvSource({"R1, .3135", "R2, .9401"})
    void expectedBestOfTen(String name, double reward) {
        Problem problem = Problem.of(name);
        double[] data = problem.family().data();
        // E[max] = Σ r (F(r)¹⁰ − F(r−)¹⁰) over the actions in order of reward.
        int[] order = IntStream.range(0, 100)
                .boxed()
                .sorted((a, b) -> Double.compare(
                        problem.reward().factor(a), problem.reward().factor(b)))
                .mapToInt(Integer::intValue)
                .toArray();
        double below = 0;
        double expected = 0;
        for (int k : order) {
            double with = below + Math.exp(data[k]);
            expected += problem.reward().factor(k) * (Math.pow(with, 10) - Math.pow(below, 10));
            below = with;
        }
        assertThat(expected).isCloseTo(reward, within(5e-5));
    }

    @ParameterizedTest
    @MethodSource("families")
    void scoresAreTheDerivativesOfLogProbabilities(Family family) {
        float[] outputs = outputs(family, 3);
        double[] distribution = family.distribution(outputs);
        SplittableRandom random = new SplittableRandom(4);
        int count = 5;
        double[] actions = new double[count * family.width()];
        for (int i = 0; i < count; i++) {
            family.draw(distribution, random, actions, i * family.width());
        }
        double[] c = {.3, -.7, 1.1, .2, -.4};
        double[] by = new double[family.outputs()];
        family.addScores(distribution, actions, c, 1, 4, by);

        double[] expected = slope(family, outputs, other -> IntStream.range(1, 4)
                .mapToDouble(i -> c[i] * family.logProb(other, actions, i * family.width()))
                .sum());
        assertThat(by).containsExactly(expected, within(2e-4));
    }

    @ParameterizedTest
    @MethodSource("families")
    void divergencesAndTheirSlopes(Family family) {
        float[] outputs = outputs(family, 5);
        double[] p = family.distribution(outputs);
        double[] q = family.distribution(outputs(family, 6));
        assertThat(family.divergence(p, p)).isCloseTo(0, within(1e-12));
        assertThat(family.divergence(p, q)).isPositive();
        double[] by = new double[family.outputs()];
        family.addDivergenceSlope(p, q, 1.7, by);
        double[] expected = slope(family, outputs, other -> 1.7 * family.divergence(other, q));
        assertThat(by).containsExactly(expected, within(2e-4));
    }

    @ParameterizedTest
    @MethodSource("families")
    void drawsFollowTheDistribution(Family family) {
        double[] distribution = family.data();
        Bump reward = family.width() == 1 ? new Bump(20, 10) : new Bump(-.5, .5);
        SplittableRandom random = new SplittableRandom(7);
        int count = 40_000;
        double[] action = new double[family.width()];
        double[] other = family.distribution(outputs(family, 8));
        double sum = 0;
        double divergence = 0;
        double bins = 0;
        for (int i = 0; i < count; i++) {
            family.draw(distribution, random, action, 0);
            sum += family.reward(reward, action, 0) / count;
            divergence += (family.logProb(distribution, action, 0) - family.logProb(other, action, 0)) / count;
            double position = family.width() == 1 ? action[0] : Math.floor(50 * (Math.tanh(action[0]) + 1));
            bins += position < 30 ? 1.0 / count : 0;
        }
        // Five standard errors of what lies in [0, 1] is 0.0125 at most.
        assertThat(sum).isCloseTo(family.expectedReward(distribution, reward), within(.0125));
        assertThat(divergence).isCloseTo(family.divergence(distribution, other), within(.03));
        double share = Arrays.stream(family.histogram(distribution)).limit(30).sum();
        assertThat(bins).isCloseTo(share, within(.0125));
        assertThat(share).isBetween(.4, .9);
    }

    @Test
    void entropyOfASquashedActionIsThatOfItsCauchys() {
        Squashed family = new Squashed(2);
        double[] distribution = family.distribution(new float[] {.3f, -2f, .5f, -.25f});
        // log(4πγ) each.
        assertThat(family.entropy(distribution)).isCloseTo(2 * Math.log(4 * Math.PI) + .25, within(1e-12));
    }

    @Test
    void theIntegralOfAnExpectedRewardIsFineEnough() {
        Squashed family = new Squashed(1);
        Bump narrow = new Bump(-.7, .25);
        for (double logScale : new double[] {Math.log(.4), 0, 1, -3}) {
            double[] distribution = {-.7, logScale};
            double sum = 0;
            int points = 100_000;
            for (int i = 0; i < points; i++) {
                double x = -.7 + Math.exp(logScale) * Math.tan(Math.PI * ((i + .5) / points - .5));
                sum += narrow.factor(Math.clamp(Math.tanh(x), -.99, .99)) / points;
            }
            assertThat(family.expectedReward(distribution, narrow)).isCloseTo(sum, within(1e-3));
        }
    }

    @Test
    void tenNumbersPayTheProductOfTheirFactors() {
        Problem problem = Problem.of("C3");
        double[] action = new double[10];
        Arrays.fill(action, .1);
        double factor = Math.exp(-Math.pow((Math.tanh(.1) + .7) / .25, 2));
        assertThat(problem.family().reward(problem.reward(), action, 0)).isCloseTo(Math.pow(factor, 10), within(1e-60));
        Arrays.fill(action, 100); // tanh is held at 0.99
        double edge = Math.exp(-Math.pow((.99 + .7) / .25, 2));
        assertThat(Math.log(problem.family().reward(problem.reward(), action, 0)))
                .isCloseTo(10 * Math.log(edge), within(1e-9));
    }

    @Test
    void refusesWhatIsNoProblem() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Problem.of("R3"))
                .withMessage("reward must be one of R1, R2, R1-wide, R1-widest, C1, C2, C3, got R3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Bump(1, 0))
                .withMessageContaining("width must be positive, got 0");
        assertThat(Problem.of("r1-wide").reward()).isEqualTo(new Bump(70, 20));
    }
}
