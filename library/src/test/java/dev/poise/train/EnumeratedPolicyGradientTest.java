package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.model.Decoder;
import dev.poise.model.Parameters;
import dev.poise.model.Pass;
import dev.poise.model.TinyDecoders;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Batch;
import dev.poise.objective.Credit;
import dev.poise.objective.Credit.Baseline;
import dev.poise.objective.Credit.Baseline.Kind;
import dev.poise.objective.Credit.Baseline.Scale;
import dev.poise.objective.Credit.Outcome;
import dev.poise.objective.Credit.Running;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Mle;
import dev.poise.objective.Penalty;
import dev.poise.objective.PolicyGradient;
import dev.poise.objective.Rollouts;
import dev.poise.objective.TokenValues;
import dev.poise.objective.Totals;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Expected gradients over every completion of a tiny decoder, against central differences of what they estimate.
///
/// Three tokens, completions of three: 27 of them, whose probabilities add up to 1.
final class EnumeratedPolicyGradientTest {

    private static final int VOCABULARY = 3;
    private static final int LENGTH = 3;
    private static final double BETA = 0.7;

    private static Decoder policy;
    private static List<TokenSequence> completions;
    private static TokenBatch batch;
    private static double[] reference;
    private static double[] rewards;

    @BeforeAll
    static void enumerate() {
        Torch.start(1);
        policy = TinyDecoders.ofVocabulary(VOCABULARY, 3);
        completions = new ArrayList<>();
        int count = (int) Math.pow(VOCABULARY, LENGTH);
        for (int code = 0; code < count; code++) {
            int[] ids = {1, code % 3, code / 3 % 3, code / 9};
            completions.add(new TokenSequence(ids, new boolean[] {false, true, true, true}));
        }
        batch = TokenBatch.of(completions.stream().map(List::of).toList());
        SplittableRandom random = new SplittableRandom(5);
        rewards = random.doubles(count, -1, 2).toArray();
        try (Decoder other = TinyDecoders.ofVocabulary(VOCABULARY, 4)) {
            reference = batch.sumBySequence(other.measure(batch).logProbs());
        }
    }

    @AfterAll
    static void close() {
        policy.close();
    }

    private static double[] logProbs() {
        return batch.sumBySequence(policy.measure(batch).logProbs());
    }

    private static double expectedReward() {
        double[] logProbs = logProbs();
        double sum = 0;
        for (int y = 0; y < logProbs.length; y++) {
            sum += Math.exp(logProbs[y]) * rewards[y];
        }
        return sum;
    }

    private static double divergence() {
        double[] logProbs = logProbs();
        double sum = 0;
        for (int y = 0; y < logProbs.length; y++) {
            sum += Math.exp(logProbs[y]) * (logProbs[y] - reference[y]);
        }
        return sum;
    }

    @Test
    void theCompletionsAreAllThereAre() {
        assertThat(Arrays.stream(logProbs()).map(Math::exp).sum()).isCloseTo(1, within(1e-12));
    }

    /// E[∂L] where L is the loss of one completion as the objective has it.
    ///
    /// @param advantages of every completion
    /// @param baseline of every completion's log-ratio
    private static double[] expected(Penalty penalty, double[] advantages, double baseline) {
        PolicyGradient objective = new PolicyGradient(new Credit.Top(1), penalty, Mle.Mean.SEQUENCE_SUMS);
        policy.parameters().clearGradients();
        try (PointerScope scope = new PointerScope()) {
            Pass pass = policy.forward(batch);
            double[] byToken = pass.measure().logProbs();
            double[] sums = batch.sumBySequence(byToken);
            double[] slopes = new double[byToken.length];
            for (int y = 0; y < sums.length; y++) {
                double[] own = Arrays.copyOfRange(byToken, y * LENGTH, (y + 1) * LENGTH);
                double[] credits = new double[LENGTH];
                Arrays.fill(credits, advantages[y]);
                Examples one = new Examples(
                        new double[] {sums[y]},
                        new double[] {reference[y]},
                        new int[] {LENGTH},
                        new TokenValues(new double[][] {own}, new double[0][], new double[0][]),
                        new Rollouts(new double[][] {credits}, new double[][] {own}, new double[] {baseline}));
                Evaluation evaluation = objective.evaluate(new Batch(one, Examples.NONE), new Totals(1, LENGTH));
                for (int t = 0; t < LENGTH; t++) {
                    slopes[y * LENGTH + t] = Math.exp(sums[y])
                            * (evaluation.byGood()[0] + evaluation.byGoodTokens()[0][t]);
                }
            }
            pass.backward(slopes);
            return Tensors.toDoubles(policy.parameters().gradients());
        }
    }

    /// What a function of the policy changes by along a direction, by central differences.
    private static double slope(DoubleSupplier function, double[] direction) {
        double step = 1e-5;
        move(direction, step);
        double above = function.getAsDouble();
        move(direction, -2 * step);
        double below = function.getAsDouble();
        move(direction, step);
        return (above - below) / (2 * step);
    }

    private static void move(double[] direction, double step) {
        Parameters parameters = policy.parameters();
        Torch.withoutGradients(() -> {
            Tensor values = parameters.values();
            values.add_(Tensors.of(Arrays.stream(direction).map(d -> d * step).toArray(), values.scalar_type())
                    .view(values.numel()));
        });
        parameters.refresh();
    }

    private static void assertGradient(double[] gradient, DoubleSupplier function, double factor) {
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 5; i++) {
            double[] direction = random.doubles(gradient.length, -1, 1).toArray();
            double along = 0;
            for (int d = 0; d < direction.length; d++) {
                along += gradient[d] * direction[d];
            }
            double slope = slope(function, direction);
            assertThat(Math.abs(slope)).as("something to compare").isGreaterThan(1e-3);
            assertThat(along).isCloseTo(factor * slope, within(1e-6 * (1 + Math.abs(slope))));
        }
    }

    private static double[] zeros() {
        return new double[rewards.length];
    }

    @Test
    void reinforceEstimatesTheGradientOfTheExpectedReward() {
        assertGradient(expected(Penalty.NONE, rewards, 0), EnumeratedPolicyGradientTest::expectedReward, -1);
    }

    @Test
    void aConstantBaselineChangesNothing() {
        double[] shifted = Arrays.stream(rewards).map(reward -> reward - 0.9).toArray();
        assertGradient(expected(Penalty.NONE, shifted, 0), EnumeratedPolicyGradientTest::expectedReward, -1);
    }

    /// Two completions a prompt, in expectation over the other one: leaving oneself out is unbiased, the mean of
    /// both halves the gradient.
    @Test
    void baselinesOfTheOtherCompletionsAreAsUnbiasedAsTheySay() {
        assertGradient(
                expected(Penalty.NONE, overTheOther(Kind.LEAVE_ONE_OUT), 0),
                EnumeratedPolicyGradientTest::expectedReward,
                -1);
        assertGradient(
                expected(Penalty.NONE, overTheOther(Kind.GROUP), 0),
                EnumeratedPolicyGradientTest::expectedReward,
                -0.5);
    }

    private static double[] overTheOther(Kind kind) {
        double[] probabilities = Arrays.stream(logProbs()).map(Math::exp).toArray();
        double[] advantages = zeros();
        for (int y = 0; y < advantages.length; y++) {
            for (int other = 0; other < advantages.length; other++) {
                List<Outcome> prompt = List.of(
                        new Outcome(rewards[y], new double[1], new double[1]),
                        new Outcome(rewards[other], new double[1], new double[1]));
                advantages[y] += probabilities[other]
                        * new Baseline(kind, Scale.NONE)
                                .of(List.of(prompt), Running.START)
                                .getFirst()
                                .getFirst()[0];
            }
        }
        return advantages;
    }

    @Test
    void theDivergenceByTheScoreFunctionHasItsGradient() {
        for (double baseline : new double[] {0, 0.8}) {
            assertGradient(
                    expected(new Penalty(BETA, Penalty.Form.SCORE), zeros(), baseline),
                    EnumeratedPolicyGradientTest::divergence,
                    BETA);
        }
    }

    @Test
    void theDivergenceInTheRewardHasItsGradient() {
        double[] logProbs = logProbs();
        double[] advantages = zeros();
        Arrays.setAll(advantages, y -> new Outcome(0, new double[] {BETA * (logProbs[y] - reference[y])}, new double[1])
                .total());
        assertGradient(expected(Penalty.NONE, advantages, 0), EnumeratedPolicyGradientTest::divergence, BETA);
    }

    /// What is not done here: the sampled log-ratio's derivative, β for every completion, is no penalty at all.
    @Test
    void theDerivativeOfTheSampledLogRatioIsNothingInExpectation() {
        double[] constant = zeros();
        Arrays.fill(constant, -BETA);
        assertThat(Arrays.stream(expected(Penalty.NONE, constant, 0))
                        .map(Math::abs)
                        .max()
                        .orElseThrow())
                .isLessThan(1e-12);
    }
}
