package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.bandit.BestOfN.Push;
import dev.poise.bandit.Penalty.Form;
import dev.poise.objective.Dpo;
import dev.poise.objective.Ipo;
import dev.poise.objective.Normalise;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MethodTest {

    private static final double[] LOG_PROBS = {-1.2, -.4, -2.3, -.7, -1.9, -3.1};

    /// Two states, three answers each.
    private static final Round ROUND = new Round(
            2,
            3,
            new double[] {.2, .9, .5, .1, .1, .7},
            new double[] {.15, .8, .55, .05, .12, .6},
            new double[] {-1.1, -.5, -2.2, -1.0, -1.7, -3.0},
            new double[] {-1.0, -.8, -2.0, -1.1, -1.6, -2.5},
            .4,
            .3);

    static Stream<Method> all() {
        return Stream.of(
                new PreferredOnly(0),
                new PreferredOnly(.4),
                new BestOfN(Push.NONE, 0),
                new BestOfN(Push.WORST, .1),
                new BestOfN(Push.SUM, .05),
                new BestOfN(Push.AVERAGE, .2),
                new BestOfN(Push.COMPLEMENT, .3),
                new RewardWeighted(.5),
                new Filtered(.3),
                new Pairwise(new Dpo(.7, 0), 0),
                new Pairwise(new Dpo(.1, .1), .3),
                new Pairwise(new Ipo(.05, Normalise.NONE), .2),
                new PolicyGradient(Advantage.NONE, Penalty.NONE),
                new PolicyGradient(Advantage.RUNNING, Penalty.NONE),
                new PolicyGradient(Advantage.LEAVE_ONE_OUT, Penalty.NONE),
                new Clipped(.2, Advantage.STATE, Penalty.NONE),
                new Clipped(.2, Advantage.RUNNING, Penalty.NONE));
    }

    @ParameterizedTest
    @MethodSource("all")
    void derivativesAreThoseOfTheLoss(Method method) {
        Method.Gradient gradient = method.of(ROUND, LOG_PROBS.clone());
        for (int i = 0; i < LOG_PROBS.length; i++) {
            double step = 1e-6;
            double[] up = LOG_PROBS.clone();
            double[] down = LOG_PROBS.clone();
            up[i] += step;
            down[i] -= step;
            double expected =
                    (method.of(ROUND, up).loss() - method.of(ROUND, down).loss()) / (2 * step);
            assertThat(gradient.byLogProb()[i]).as("sample %d", i).isCloseTo(expected, within(1e-8));
        }
    }

    // ---- values by hand ----

    @Test
    void preferredOnlyWeighsAnAnswerByThePairsItWins() {
        // Wins: .9 beats two, .5 one; in the other state .7 beats two, and .1 against .1 is no pair.
        Method.Gradient gradient = new PreferredOnly(0).of(ROUND, LOG_PROBS);
        assertThat(gradient.terms()).isEqualTo(5);
        assertThat(gradient.byLogProb()).containsExactly(new double[] {0, -.4, -.2, 0, 0, -.4}, within(1e-12));
        assertThat(gradient.loss()).isCloseTo((2 * .4 + 2.3 + 2 * 3.1) / 5, within(1e-12));
        // Differences of at least 0.6: .9 against .2, and .7 against both.
        assertThat(new PreferredOnly(.55).of(ROUND, LOG_PROBS).byLogProb())
                .containsExactly(new double[] {0, -1 / 3., 0, 0, 0, -2 / 3.}, within(1e-12));
    }

    @Test
    void bestOfNAndItsPushes() {
        assertThat(by(new BestOfN(Push.NONE, 1))).containsExactly(new double[] {0, -.5, 0, 0, 0, -.5}, within(1e-12));
        // The worst is the first of equals.
        assertThat(by(new BestOfN(Push.WORST, .1)))
                .containsExactly(new double[] {.05, -.5, 0, .05, 0, -.5}, within(1e-12));
        assertThat(by(new BestOfN(Push.SUM, .1)))
                .containsExactly(new double[] {.05, -.5, .05, .05, .05, -.5}, within(1e-12));
        assertThat(by(new BestOfN(Push.AVERAGE, .1)))
                .containsExactly(new double[] {.025, -.5, .025, .025, .025, -.5}, within(1e-12));
        double odds = Math.exp(-1.2) / (1 - Math.exp(-1.2));
        assertThat(by(new BestOfN(Push.COMPLEMENT, .1))[0]).isCloseTo(.05 * odds, within(1e-12));
        double log = 0;
        for (double a : new double[] {-1.2, -2.3, -.7, -1.9}) {
            log += Math.log(1 - Math.exp(a));
        }
        assertThat(new BestOfN(Push.COMPLEMENT, .1).of(ROUND, LOG_PROBS).loss())
                .isCloseTo((.4 + 3.1 - .1 * log) / 2, within(1e-12));
    }

    @Test
    void rewardWeightedByTheExponent() {
        assertThat(by(new RewardWeighted(.5))[2]).isCloseTo(-Math.exp(1) / 6, within(1e-12));
        assertThat(by(new RewardWeighted(.1))[5]).isCloseTo(-Math.exp(7) / 6, within(1e-9));
    }

    @Test
    void filteredKeepsTheBestOfTheRoundAndItsEquals() {
        assertThat(by(new Filtered(.3))).containsExactly(new double[] {0, -.5, 0, 0, 0, -.5}, within(1e-12));
        assertThat(by(new Filtered(.01))).containsExactly(new double[] {0, -1, 0, 0, 0, 0}, within(1e-12));
        assertThat(by(new Filtered(.8)))
                .containsExactly(new double[] {-1 / 6., -1 / 6., -1 / 6., -1 / 6., -1 / 6., -1 / 6.}, within(1e-12));
    }

    @Test
    void pairwiseLossesAreTheObjectives() {
        // One pair with a difference of 0.65 at least: .9 against .2, h = (-.4 + .8) - (-1.2 + 1.0) = .6.
        Method.Gradient dpo = new Pairwise(new Dpo(.5, 0), .65).of(ROUND, LOG_PROBS);
        assertThat(dpo.terms()).isEqualTo(1);
        double sigmoid = 1 / (1 + Math.exp(.5 * .6));
        assertThat(dpo.loss()).isCloseTo(-Math.log(1 - sigmoid), within(1e-12));
        assertThat(dpo.byLogProb()[1]).isCloseTo(-.5 * sigmoid, within(1e-12));
        assertThat(dpo.byLogProb()[0]).isCloseTo(.5 * sigmoid, within(1e-12));
        // IPO at τ = 0.05 draws h to 10.
        Method.Gradient ipo = new Pairwise(new Ipo(.05, Normalise.NONE), .65).of(ROUND, LOG_PROBS);
        assertThat(ipo.loss()).isCloseTo(9.4 * 9.4, within(1e-9));
        assertThat(ipo.byLogProb()[1]).isCloseTo(-2 * 9.4, within(1e-9));
    }

    @Test
    void nothingToCompareTeachesNothing() {
        Method.Gradient gradient = new Pairwise(new Dpo(.5, 0), .95).of(ROUND, LOG_PROBS);
        assertThat(gradient.terms()).isZero();
        assertThat(gradient.loss()).isZero();
        assertThat(gradient.byLogProb()).containsOnly(0);
    }

    @Test
    void advantages() {
        assertThat(Advantage.NONE.of(ROUND)).containsExactly(ROUND.returns());
        assertThat(Advantage.RUNNING.of(ROUND)[1]).isCloseTo((.8 - .4) / .3, within(1e-9));
        assertThat(Advantage.LEAVE_ONE_OUT.of(ROUND)[1]).isCloseTo(.8 - (.15 + .55) / 2, within(1e-12));
        double mean = .5;
        double deviation = Math.sqrt((.35 * .35 + .3 * .3 + .05 * .05) / 3);
        assertThat(Advantage.STATE.of(ROUND)[1]).isCloseTo((.8 - mean) / deviation, within(1e-9));
        double[] other = Arrays.copyOfRange(Advantage.STATE.of(ROUND), 3, 6);
        assertThat(Arrays.stream(other).sum()).isCloseTo(0, within(1e-9));
        Round single = new Round(1, 1, new double[1], new double[1], new double[1], new double[1], 0, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Advantage.LEAVE_ONE_OUT.of(single))
                .withMessageContaining("at least 2 samples a state, got 1");
    }

    @Test
    void clippingHoldsWhatHasMovedFarEnoughTheWayItShould() {
        double[] old = new double[4];
        double[] returns = {1, 1, -1, -1};
        Round round = new Round(1, 4, returns, returns, old, old, 0, 1);
        // Ratios 1.3, 0.7, 1.3, 0.7: held where the advantage is above 0 and the ratio too high, or both the other way.
        double[] now = {Math.log(1.3), Math.log(.7), Math.log(1.3), Math.log(.7)};
        Method.Gradient gradient = new Clipped(.2, Advantage.NONE, Penalty.NONE).of(round, now);
        assertThat(gradient.byLogProb()).containsExactly(new double[] {0, -.7 / 4, 1.3 / 4, 0}, within(1e-12));
        assertThat(gradient.loss()).isCloseTo((-1.2 - .7 + 1.3 + .8) / 4, within(1e-12));
    }

    private static double[] by(Method method) {
        return method.of(ROUND, LOG_PROBS).byLogProb();
    }

    // ---- expectations, by enumerating every draw on four actions ----

    private static final double[] REWARD = {.9, .1, .4, .6};
    private static final double[] LOGITS = {.3, -.5, .8, .1};
    private static final double[] REFERENCE = softmax(new double[] {-.2, .4, .1, .6});

    private static double[] softmax(double[] logits) {
        double sum = Arrays.stream(logits).map(Math::exp).sum();
        return Arrays.stream(logits).map(z -> z - Math.log(sum)).toArray();
    }

    /// Central differences of a function of the logits.
    private static double[] slope(ToDoubleFunction<double[]> function) {
        double[] slope = new double[4];
        for (int k = 0; k < 4; k++) {
            double[] up = LOGITS.clone();
            double[] down = LOGITS.clone();
            up[k] += 1e-6;
            down[k] -= 1e-6;
            slope[k] = (function.applyAsDouble(up) - function.applyAsDouble(down)) / 2e-6;
        }
        return slope;
    }

    /// Calls `each` with every way to draw three answers to one state, and its probability.
    private static void forDraws(double[] behaviour, BiConsumer<int[], Double> each) {
        for (int code = 0; code < 64; code++) {
            int[] actions = {code % 4, code / 4 % 4, code / 16};
            double probability = Arrays.stream(actions)
                    .mapToDouble(k -> Math.exp(behaviour[k]))
                    .reduce(1, (a, b) -> a * b);
            each.accept(actions, probability);
        }
    }

    private static Round round(Method method, int[] actions, double[] behaviour) {
        double[] rewards = Arrays.stream(actions).mapToDouble(k -> REWARD[k]).toArray();
        double[] drawn = Arrays.stream(actions).mapToDouble(k -> behaviour[k]).toArray();
        double[] reference =
                Arrays.stream(actions).mapToDouble(k -> REFERENCE[k]).toArray();
        double[] returns = new double[3];
        Arrays.setAll(returns, i -> rewards[i] - method.rewardPenalty() * (drawn[i] - reference[i]));
        return new Round(1, 3, rewards, returns, drawn, reference, .45, .25);
    }

    private static double[] logProbs(int[] actions, double[] policy) {
        return Arrays.stream(actions).mapToDouble(k -> policy[k]).toArray();
    }

    /// The expected gradient by the logits: Σ c (e_action − p).
    private static double[] expectedGradient(Method method, double[] behaviour) {
        double[] policy = softmax(LOGITS);
        double[] expected = new double[4];
        forDraws(behaviour, (actions, probability) -> {
            double[] c = method.of(round(method, actions, behaviour), logProbs(actions, policy))
                    .byLogProb();
            double[] by = new double[4];
            new Categorical()
                    .addScores(policy, Arrays.stream(actions).asDoubleStream().toArray(), c, 0, 3, by);
            for (int k = 0; k < 4; k++) {
                expected[k] += probability * by[k];
            }
        });
        return expected;
    }

    private static double reward(double[] logits) {
        double[] policy = softmax(logits);
        double sum = 0;
        for (int k = 0; k < 4; k++) {
            sum += Math.exp(policy[k]) * REWARD[k];
        }
        return sum;
    }

    private static double divergence(double[] logits) {
        return new Categorical().divergence(softmax(logits), REFERENCE);
    }

    @ParameterizedTest
    @MethodSource("all")
    void expectedGradientIsThatOfTheExpectedLoss(Method method) {
        double[] behaviour = softmax(new double[] {.1, .2, -.3, .5});
        double[] expected = slope(logits -> {
            double[] sum = new double[1];
            double[] policy = softmax(logits);
            forDraws(
                    behaviour,
                    (actions, probability) -> sum[0] += probability
                            * method.of(round(method, actions, behaviour), logProbs(actions, policy))
                                    .loss());
            return sum[0];
        });
        assertThat(expectedGradient(method, behaviour)).containsExactly(expected, within(1e-7));
        assertThat(Arrays.stream(expected).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
    }

    @Test
    void policyGradientsClimbTheExpectedReward() {
        double[] expected = slope(logits -> -reward(logits));
        double[] policy = softmax(LOGITS);
        for (Advantage advantage : new Advantage[] {Advantage.NONE, Advantage.LEAVE_ONE_OUT}) {
            assertThat(expectedGradient(new PolicyGradient(advantage, Penalty.NONE), policy))
                    .as("%s", advantage)
                    .containsExactly(expected, within(1e-8));
            assertThat(expectedGradient(new Clipped(.2, advantage, Penalty.NONE), policy))
                    .as("clipped, %s", advantage)
                    .containsExactly(expected, within(1e-8));
        }
        // A constant baseline changes the scale and nothing else.
        double[] standard = expectedGradient(new PolicyGradient(Advantage.RUNNING, Penalty.NONE), policy);
        assertThat(standard)
                .containsExactly(Arrays.stream(expected).map(x -> x / .25).toArray(), within(1e-8));
    }

    @Test
    void bothWaysOfPenalisingHaveTheDivergencesGradientInExpectation() {
        double[] expected = slope(logits -> -reward(logits) + .3 * divergence(logits));
        double[] policy = softmax(LOGITS);
        for (Form form : Form.values()) {
            Penalty penalty = new Penalty(.3, form);
            for (Advantage advantage : new Advantage[] {Advantage.NONE, Advantage.LEAVE_ONE_OUT}) {
                assertThat(expectedGradient(new PolicyGradient(advantage, penalty), policy))
                        .as("%s, %s", form, advantage)
                        .containsExactly(expected, within(1e-8));
                assertThat(expectedGradient(new Clipped(.2, advantage, penalty), policy))
                        .as("clipped, %s, %s", form, advantage)
                        .containsExactly(expected, within(1e-8));
            }
        }
    }

    @Test
    void theScoreFunctionPenaltyStaysUnbiasedOnAnotherPolicysSamples() {
        double[] behaviour = softmax(new double[] {.1, .2, -.3, .5});
        double[] expected = slope(logits -> .3 * divergence(logits));
        double[] with = expectedGradient(new PolicyGradient(Advantage.NONE, new Penalty(.3, Form.SCORE)), behaviour);
        double[] without = expectedGradient(new PolicyGradient(Advantage.NONE, Penalty.NONE), behaviour);
        for (int k = 0; k < 4; k++) {
            assertThat(with[k] - without[k]).isCloseTo(expected[k], within(1e-8));
            assertThat(Math.abs(expected[k])).isGreaterThan(1e-3);
        }
    }

    @Test
    void differentiatingTheSampledLogRatioWouldPenaliseNothing() {
        // Why there is no such form: c = β/N for every sample has no gradient in expectation.
        double[] policy = softmax(LOGITS);
        double[] expected = new double[4];
        forDraws(policy, (actions, probability) -> {
            double[] by = new double[4];
            double[] c = {.1, .1, .1};
            new Categorical()
                    .addScores(policy, Arrays.stream(actions).asDoubleStream().toArray(), c, 0, 3, by);
            for (int k = 0; k < 4; k++) {
                expected[k] += probability * by[k];
            }
        });
        assertThat(expected).containsExactly(new double[4], within(1e-12));
    }

    // ---- refusals ----

    @Test
    void refusesWhatMakesNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RewardWeighted(0))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Filtered(1.5)).withMessageContaining("(0, 1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BestOfN(Push.SUM, -.1))
                .withMessageContaining("at least 0, got -0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Clipped(0, Advantage.NONE, Penalty.NONE))
                .withMessageContaining("(0, 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pairwise(new Dpo(.1, 0), Double.NaN))
                .withMessageContaining("threshold must be at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Penalty(-1, Form.SCORE))
                .withMessageContaining("kl");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Round(2, 3, new double[6], new double[6], new double[5], new double[6], 0, 1))
                .withMessageContaining("must have 6 values a column, got 5");
    }
}
