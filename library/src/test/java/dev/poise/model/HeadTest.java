package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class HeadTest {

    private static final int ROWS = 7;
    private static final int WIDTH = 5;
    private static final int VOCABULARY = 11;
    private static final double NO_CAP = Double.POSITIVE_INFINITY;
    private static final int[] TARGETS = {3, 0, 10, 3, 7, 1, 9};
    private static final double[] BY_LOG_PROB = {-0.5, 1.25, 0.75, -2, 0.1, -0.3, 3};

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Loss and both gradients against autograd through the whole matrix of logits.
    @ParameterizedTest
    @CsvSource({
        "1, 0, Infinity",
        "3, 0, Infinity",
        "7, 0, Infinity",
        "100, 0, Infinity",
        "1, 4, Infinity",
        "3, 3, Infinity",
        "3, 100, Infinity",
        "100, 100, Infinity",
        "3, 0, 1.5",
        "3, 6, 1.5",
        "100, 100, 0.7"
    })
    void trap17_chunkedEqualsUnchunkedInLossAndGradient(int chunk, int keep, double cap) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = normal(1, VOCABULARY, WIDTH).set_requires_grad(true);
            Tensor hidden = normal(2, ROWS, WIDTH).set_requires_grad(true);
            Tensor targets = Tensors.indices(TARGETS).unsqueeze(1);
            Tensor logProbs = torch.log_softmax(logits(hidden, weight, cap), 1).gather(1, targets);
            Tensor c = Tensors.of(BY_LOG_PROB, ScalarType.Double).unsqueeze(1);
            logProbs.mul(c).sum().backward();

            Tensor gradient = Tensors.zeros(ScalarType.Double, VOCABULARY, WIDTH);
            Head head = new Head(weight.detach(), gradient, null, Precision.FLOAT64, cap, chunk, keep);
            Head.Reading reading = head.read(hidden, TARGETS, false);
            TokenStatistics read = reading.statistics();
            assertThat(read.logProbs()).containsExactly(Tensors.toDoubles(logProbs), within(1e-12));
            Tensor byHidden = head.backward(reading, BY_LOG_PROB);
            assertThat(Tensors.toDoubles(byHidden)).containsExactly(Tensors.toDoubles(hidden.grad()), within(1e-12));
            assertThat(Tensors.toDoubles(gradient)).containsExactly(Tensors.toDoubles(weight.grad()), within(1e-12));

            TokenStatistics whole =
                    new Head(weight.detach(), gradient, null, Precision.FLOAT64, cap, ROWS, 0).measure(hidden, TARGETS);
            assertThat(read.entropies()).containsExactly(whole.entropies(), within(1e-12));
            assertThat(read.meanLogits()).containsExactly(whole.meanLogits(), within(1e-12));
            assertThat(read.best()).containsExactly(whole.best());
            assertThat(read.topMasses()).containsExactly(whole.topMasses(), within(1e-12));
            assertThat(read.topEntropies()).containsExactly(whole.topEntropies(), within(1e-12));
        }
    }

    /// Entropy in bits and mass of the ten largest of eleven, written down in tensors and differentiated by autograd.
    @ParameterizedTest
    @CsvSource({"1, 0, Infinity", "3, 0, Infinity", "7, 4, Infinity", "100, 100, Infinity", "3, 3, 1.5"})
    void gradientsByTopEntropyAndMassEqualAutograd(int chunk, int keep, double cap) {
        try (PointerScope scope = new PointerScope()) {
            double[] byEntropy = {0.3, -1.5, 0, 2, -0.7, 1.1, 0.4};
            double[] byMass = {-2, 0.5, 3, 0, 1.2, -0.6, 0.9};
            Tensor weight = normal(1, VOCABULARY, WIDTH).set_requires_grad(true);
            Tensor hidden = normal(2, ROWS, WIDTH).set_requires_grad(true);
            Tensor targets = Tensors.indices(TARGETS).unsqueeze(1);
            Tensor logits = logits(hidden, weight, cap);
            Tensor logProbs = torch.log_softmax(logits, 1).gather(1, targets).squeeze(1);
            Tensor top = torch.topk(torch.softmax(logits, 1), Head.TOP).get0();
            Tensor mass = top.sum(1);
            Tensor share = top.div(mass.unsqueeze(1));
            Tensor entropy = share.mul(share.log2()).sum(1).neg();
            Tensor loss = logProbs.mul(column(BY_LOG_PROB))
                    .add(entropy.mul(column(byEntropy)))
                    .add(mass.mul(column(byMass)))
                    .sum();
            loss.backward();

            Tensor gradient = Tensors.zeros(ScalarType.Double, VOCABULARY, WIDTH);
            Head head = new Head(weight.detach(), gradient, null, Precision.FLOAT64, cap, chunk, keep);
            Head.Reading reading = head.read(hidden, TARGETS, false);
            assertThat(reading.statistics().topEntropies()).containsExactly(Tensors.toDoubles(entropy), within(1e-12));
            Tensor byHidden = head.backward(reading, BY_LOG_PROB, byEntropy, byMass);
            assertThat(Tensors.toDoubles(byHidden)).containsExactly(Tensors.toDoubles(hidden.grad()), within(1e-12));
            assertThat(Tensors.toDoubles(gradient)).containsExactly(Tensors.toDoubles(weight.grad()), within(1e-12));
        }
    }

    private static Tensor logits(Tensor hidden, Tensor weight, double cap) {
        Tensor logits = torch.linear(hidden, weight);
        return cap < Double.POSITIVE_INFINITY
                ? logits.div(Tensors.scalar(cap)).tanh().mul(Tensors.scalar(cap))
                : logits;
    }

    private static Tensor column(double[] values) {
        return Tensors.of(values, ScalarType.Double);
    }

    /// Probabilities of logits 3, 2.5, ... −4, computed apart: the ten largest hold this mass and this entropy.
    @Test
    void readsTheTenLargestProbabilitiesRenormalisedInBits() {
        try (PointerScope scope = new PointerScope()) {
            double[] logits = new double[15];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = 3 - 0.5 * ((7 * i) % 15);
            }
            Tensor weight = Tensors.of(logits, ScalarType.Double).view(15, 1);
            Head head =
                    new Head(weight, Tensors.zeros(ScalarType.Double, 15, 1), null, Precision.FLOAT64, NO_CAP, 8, 0);
            TokenStatistics read = head.measure(matrix(ScalarType.Double, 1, 1), new int[] {4});
            assertThat(read.topMasses()).containsExactly(new double[] {0.993811714727}, within(1e-12));
            assertThat(read.topEntropies()).containsExactly(new double[] {2.398942379757}, within(1e-12));
            assertThat(read.meanLogits()).containsExactly(new double[] {-0.5}, within(1e-12));
            assertThat(read.best()).containsExactly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void trap15_logitsOfTwoHundredGiveFiniteNumbers(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = matrix(precision.products(), 3, 200, -200, 0);
            Tensor gradient = Tensors.zeros(precision.sums(), 3, 1);
            Tensor hidden = matrix(precision.sums(), 3, 1, 1, -1);
            int[] targets = {0, 1, 0};
            Head head = new Head(weight, gradient, null, precision, NO_CAP, 2, 2);
            Head.Reading reading = head.read(hidden, targets, false);
            TokenStatistics read = reading.statistics();
            assertThat(read.logProbs()).containsExactly(0, -400, -400);
            assertThat(read.entropies()).containsExactly(new double[3], within(1e-80));
            // The gradient by the logits is c (e_y - p): nothing where the token is certain, else full strength.
            Tensor byHidden = head.backward(reading, new double[] {1, 2, 4});
            assertThat(Tensors.toDoubles(byHidden)).containsExactly(new double[] {0, -800, 1600}, within(1e-80));
            assertThat(Tensors.toDoubles(gradient)).containsExactly(new double[] {-2 - 4, 2 + 4, 0}, within(1e-80));
        }
    }

    /// Gradients by an earlier reading do not see what a later one left in the scratch buffer.
    @Test
    void walksBackFromAnyReadingHoweverManyFollowed() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = normal(1, VOCABULARY, WIDTH);
            Tensor hidden = normal(2, ROWS, WIDTH);
            Tensor gradient = Tensors.zeros(ScalarType.Double, VOCABULARY, WIDTH);
            Head head = new Head(weight, gradient, null, Precision.FLOAT64, NO_CAP, 3, 6);
            double[] at = Tensors.toDoubles(head.backward(head.read(hidden, TARGETS, false), BY_LOG_PROB));
            Head.Reading first = head.read(hidden, TARGETS, false);
            head.measure(
                    normal(3, 2 * ROWS, WIDTH),
                    IntStream.range(0, 2 * ROWS).map(i -> i % 5).toArray());
            assertThat(Tensors.toDoubles(head.backward(first, BY_LOG_PROB))).containsExactly(at, within(1e-12));
        }
    }

    /// bfloat16 keeps three digits: a log-softmax in it would be off by up to an eighth of a nat.
    @Test
    void trap15_logSoftmaxOfBfloat16LogitsIsNotRoundedToBfloat16() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = matrix(Precision.BFLOAT16.products(), 3, 64, 63, -33);
            Head head = new Head(weight, Tensors.zeros(ScalarType.Float, 3, 1), null, Precision.BFLOAT16, NO_CAP, 8, 0);
            double[] logProbs = head.measure(matrix(ScalarType.Float, 3, 1, 1, 1), new int[] {0, 1, 2})
                    .logProbs();
            double logSum = 64 + Math.log1p(Math.exp(-1));
            assertThat(logProbs).containsExactly(new double[] {64 - logSum, 63 - logSum, -33 - logSum}, within(1e-5));
        }
    }

    private static Tensor normal(long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, ScalarType.Double).view(rows, columns);
    }

    /// A column of values.
    private static Tensor matrix(ScalarType type, int rows, double... values) {
        return Tensors.of(values, type).view(rows, 1);
    }
}
