package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadTest {

    private static final int ROWS = 7;
    private static final int WIDTH = 5;
    private static final int VOCABULARY = 11;
    private static final int[] TARGETS = {3, 0, 10, 3, 7, 1, 9};
    private static final double[] BY_LOG_PROB = {-0.5, 1.25, 0.75, -2, 0.1, -0.3, 3};

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Loss and both gradients against autograd through the whole matrix of logits.
    @ParameterizedTest
    @ValueSource(ints = {1, 3, ROWS, 100})
    void trap17_chunkedEqualsUnchunkedInLossAndGradient(int chunk) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = normal(1, VOCABULARY, WIDTH).set_requires_grad(true);
            Tensor hidden = normal(2, ROWS, WIDTH).set_requires_grad(true);
            Tensor targets = Tensors.indices(TARGETS).unsqueeze(1);
            Tensor logProbs = torch.log_softmax(torch.linear(hidden, weight), 1).gather(1, targets);
            Tensor c = Tensors.of(BY_LOG_PROB, ScalarType.Double).unsqueeze(1);
            logProbs.mul(c).sum().backward();

            Tensor gradient = Tensors.zeros(ScalarType.Double, VOCABULARY, WIDTH);
            Head head = new Head(weight.detach(), gradient, ScalarType.Double, chunk);
            TokenStatistics read = head.measure(hidden.detach(), TARGETS);
            assertThat(read.logProbs()).containsExactly(Tensors.toDoubles(logProbs), within(1e-12));
            Tensor byHidden = head.backward(hidden.detach(), TARGETS, BY_LOG_PROB);
            assertThat(Tensors.toDoubles(byHidden)).containsExactly(Tensors.toDoubles(hidden.grad()), within(1e-12));
            assertThat(Tensors.toDoubles(gradient)).containsExactly(Tensors.toDoubles(weight.grad()), within(1e-12));

            TokenStatistics whole =
                    new Head(weight.detach(), gradient, ScalarType.Double, ROWS).measure(hidden.detach(), TARGETS);
            assertThat(read.entropies()).containsExactly(whole.entropies(), within(1e-12));
            assertThat(read.meanLogits()).containsExactly(whole.meanLogits(), within(1e-12));
            assertThat(read.best()).containsExactly(whole.best());
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
            Head head = new Head(weight, gradient, precision.sums(), 2);
            TokenStatistics read = head.measure(hidden, targets);
            assertThat(read.logProbs()).containsExactly(0, -400, -400);
            assertThat(read.entropies()).containsExactly(new double[3], within(1e-80));
            // The gradient by the logits is c (e_y - p): nothing where the token is certain, else full strength.
            Tensor byHidden = head.backward(hidden, targets, new double[] {1, 2, 4});
            assertThat(Tensors.toDoubles(byHidden)).containsExactly(new double[] {0, -800, 1600}, within(1e-80));
            assertThat(Tensors.toDoubles(gradient)).containsExactly(new double[] {-2 - 4, 2 + 4, 0}, within(1e-80));
        }
    }

    /// bfloat16 keeps three digits: a log-softmax in it would be off by up to an eighth of a nat.
    @Test
    void trap15_logSoftmaxOfBfloat16LogitsIsNotRoundedToBfloat16() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = matrix(ScalarType.BFloat16, 3, 64, 63, -33);
            Head head = new Head(weight, Tensors.zeros(ScalarType.Float, 3, 1), ScalarType.Float, 8);
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
