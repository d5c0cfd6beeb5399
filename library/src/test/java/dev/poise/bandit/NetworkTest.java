package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NetworkTest {

    private static final int STATES = 11;
    private static final int IN = 7;
    private static final int OUT = 5;

    private final SplittableRandom random = new SplittableRandom(11);

    /// A network with weights far larger than those it starts with, so that no derivative is tiny.
    private Network network() {
        Network network = new Network(IN, OUT, random);
        for (Parameter parameter : network.parameters()) {
            for (float[] row : parameter.value()) {
                for (int j = 0; j < row.length; j++) {
                    row[j] += (float) random.nextDouble(-.2, .2);
                }
            }
        }
        return network;
    }

    private float[][] matrix(int rows, int columns) {
        float[][] matrix = new float[rows][columns];
        for (float[] row : matrix) {
            for (int j = 0; j < columns; j++) {
                row[j] = (float) random.nextDouble(-1, 1);
            }
        }
        return matrix;
    }

    /// The same network in float64, one number after the other: Σ byOutputs · outputs.
    private static double plain(List<double[][]> p, float[][] inputs, float[][] byOutputs) {
        double sum = 0;
        for (int s = 0; s < inputs.length; s++) {
            double[] x = new double[inputs[s].length];
            for (int j = 0; j < x.length; j++) {
                x[j] = inputs[s][j];
            }
            double[] h = linear(x, p.get(0), p.get(1));
            double mean = 0;
            double variance = 0;
            for (double value : h) {
                mean += value / h.length;
            }
            for (double value : h) {
                variance += (value - mean) * (value - mean) / h.length;
            }
            for (int j = 0; j < h.length; j++) {
                double normal = (h[j] - mean) / Math.sqrt(variance + 1e-5);
                h[j] = Math.max(0, normal * p.get(2)[0][j] + p.get(3)[0][j]);
            }
            for (int layer = 4; layer < 8; layer += 2) {
                h = linear(h, p.get(layer), p.get(layer + 1));
                for (int j = 0; j < h.length; j++) {
                    h[j] = Math.max(0, h[j]);
                }
            }
            double[] outputs = linear(h, p.get(8), p.get(9));
            for (int j = 0; j < outputs.length; j++) {
                sum += outputs[j] * byOutputs[s][j];
            }
        }
        return sum;
    }

    private static double[] linear(double[] x, double[][] weight, double[][] bias) {
        double[] y = bias[0].clone();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j] += x[i] * weight[i][j];
            }
        }
        return y;
    }

    private static double[][] doubles(float[][] matrix) {
        double[][] copy = new double[matrix.length][matrix[0].length];
        for (int i = 0; i < copy.length; i++) {
            for (int j = 0; j < copy[i].length; j++) {
                copy[i][j] = matrix[i][j];
            }
        }
        return copy;
    }

    @Test
    void gradientsAgreeWithCentralDifferencesOfAnotherNetwork() {
        Network network = network();
        float[][] inputs = matrix(STATES, IN);
        float[][] byOutputs = matrix(STATES, OUT);
        Network.Pass pass = network.forward(inputs);
        network.backward(pass, byOutputs);

        List<double[][]> copies = network.parameters().stream()
                .map(parameter -> doubles(parameter.value()))
                .toList();
        double value = 0;
        for (int s = 0; s < STATES; s++) {
            for (int j = 0; j < OUT; j++) {
                value += (double) pass.outputs()[s][j] * byOutputs[s][j];
            }
        }
        assertThat(value).isCloseTo(plain(copies, inputs, byOutputs), within(1e-3));
        for (int n = 0; n < copies.size(); n++) {
            double[][] copy = copies.get(n);
            for (int draw = 0; draw < 25; draw++) {
                int i = random.nextInt(copy.length);
                int j = random.nextInt(copy[0].length);
                double kept = copy[i][j];
                double step = 1e-6;
                copy[i][j] = kept + step;
                double up = plain(copies, inputs, byOutputs);
                copy[i][j] = kept - step;
                double down = plain(copies, inputs, byOutputs);
                copy[i][j] = kept;
                double expected = (up - down) / (2 * step);
                float gradient = network.parameters().get(n).gradient()[i][j];
                assertThat((double) gradient)
                        .as("parameter %d at %d, %d", n, i, j)
                        .isCloseTo(expected, within(2e-4 * (1 + Math.abs(expected))));
            }
        }
    }

    @Test
    void startsSmallAndWithoutBias() {
        Network network = new Network(100, 100, random);
        double bound = .01 * Math.sqrt(6.0 / 512);
        float[][] third = network.parameters().get(6).value();
        assertThat(third).hasDimensions(256, 256);
        for (float[] row : third) {
            for (float weight : row) {
                assertThat(Math.abs((double) weight)).isLessThanOrEqualTo(bound);
            }
        }
        assertThat(Math.abs(third[3][5])).isPositive();
        assertThat(network.parameters().get(7).value()[0]).containsOnly(0f);
    }

    @Test
    void productsSkipNothingThatCounts() {
        int[] sizes = {1, 2, 7, 8, 9, 19};
        for (int terms : sizes) {
            float[][] left = matrix(6, terms);
            float[][] right = matrix(terms, 13);
            for (float[] row : left) {
                row[terms / 2] = 0; // off for every row
            }
            left[2][0] = 0; // off for one
            float[][] target = matrix(6, 13);
            double[][] expected = doubles(target);
            for (int s = 0; s < 6; s++) {
                for (int k = 0; k < terms; k++) {
                    for (int j = 0; j < 13; j++) {
                        expected[s][j] += (double) left[s][k] * right[k][j];
                    }
                }
            }
            Products.addProduct(target, left, right);
            for (int s = 0; s < 6; s++) {
                for (int j = 0; j < 13; j++) {
                    assertThat((double) target[s][j]).as("%d terms", terms).isCloseTo(expected[s][j], within(1e-5));
                }
            }
            assertThat(Products.used(left))
                    .containsExactly(IntStream.range(0, terms)
                            .filter(k -> k != terms / 2)
                            .toArray());
        }
    }

    @Test
    void transposesTheColumnsAskedFor() {
        float[][] source = matrix(11, 4);
        float[][] target = new float[4][11];
        Products.transpose(target, source, new int[] {0, 3});
        for (int i = 0; i < 11; i++) {
            assertThat(target[0][i]).isEqualTo(source[i][0]);
            assertThat(target[3][i]).isEqualTo(source[i][3]);
        }
        assertThat(target[1]).containsOnly(0f);
    }

    @Test
    void adamAsItsPaperHasIt() {
        Parameter parameter = new Parameter(1, 2);
        Adam adam = new Adam(List.of(parameter), .1, Double.POSITIVE_INFINITY);
        double[] value = new double[2];
        double[] first = new double[2];
        double[] second = new double[2];
        double[][] gradients = {{.5, -2}, {1, .25}, {-.3, .125}};
        for (int step = 1; step <= 3; step++) {
            for (int i = 0; i < 2; i++) {
                double g = gradients[step - 1][i];
                parameter.gradient()[0][i] = (float) g;
                first[i] = .9 * first[i] + .1 * g;
                second[i] = .999 * second[i] + .001 * g * g;
                double corrected = first[i] / (1 - Math.pow(.9, step));
                value[i] -= .1 * corrected / (Math.sqrt(second[i] / (1 - Math.pow(.999, step))) + 1e-8);
            }
            adam.step();
            assertThat((double) parameter.value()[0][0]).isCloseTo(value[0], within(1e-5));
            assertThat((double) parameter.value()[0][1]).isCloseTo(value[1], within(1e-5));
        }
    }

    @Test
    void clippingShortensTheGradientOfAllParametersTogether() {
        Parameter one = new Parameter(1, 1);
        Parameter other = new Parameter(1, 1);
        one.gradient()[0][0] = 3;
        other.gradient()[0][0] = -4;
        Adam adam = new Adam(List.of(one, other), .1, 1);
        assertThat(adam.gradientNorm()).isCloseTo(5, within(1e-6));
        adam.step();
        assertThat((double) one.first()[0][0]).isCloseTo(.1 * 3 / 5, within(1e-6));
        assertThat((double) other.first()[0][0]).isCloseTo(-.1 * 4 / 5, within(1e-6));
    }
}
