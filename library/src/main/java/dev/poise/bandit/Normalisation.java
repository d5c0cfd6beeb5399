package dev.poise.bandit;

import java.util.Arrays;

/// Layer normalisation: every row with mean 0 and variance 1, times a gain, plus a bias.
///
/// Source: Ba et al. 2016 (<https://arxiv.org/abs/1607.06450>), eq. 4; PyTorch's ε = 1e-5.
final class Normalisation {

    private static final double EPSILON = 1e-5;

    private final Parameter gain;
    private final Parameter bias;

    Normalisation(int width) {
        gain = new Parameter(1, width);
        bias = new Parameter(1, width);
        Arrays.fill(gain.value()[0], 1);
    }

    /// What a pass leaves for the way back.
    ///
    /// @param normal rows with mean 0 and variance 1
    /// @param scales 1/√(variance + ε) of every row
    /// @param outputs `normal` times gain plus bias
    record Pass(float[][] normal, float[] scales, float[][] outputs) {}

    Parameter gain() {
        return gain;
    }

    Parameter bias() {
        return bias;
    }

    Pass forward(float[][] inputs) {
        int rows = inputs.length;
        int width = gain.value()[0].length;
        float[][] normal = new float[rows][width];
        float[][] outputs = new float[rows][width];
        float[] scales = new float[rows];
        for (int s = 0; s < rows; s++) {
            double mean = 0;
            for (float x : inputs[s]) {
                mean += x / (double) width;
            }
            double variance = 0;
            for (float x : inputs[s]) {
                variance += (x - mean) * (x - mean) / width;
            }
            scales[s] = (float) (1 / Math.sqrt(variance + EPSILON));
            for (int j = 0; j < width; j++) {
                normal[s][j] = (float) (inputs[s][j] - mean) * scales[s];
                outputs[s][j] = normal[s][j] * gain.value()[0][j] + bias.value()[0][j];
            }
        }
        return new Pass(normal, scales, outputs);
    }

    /// Sets the gradients of gain and bias.
    ///
    /// @return the derivative by the inputs
    float[][] backward(Pass pass, float[][] byOutputs) {
        int rows = byOutputs.length;
        int width = gain.value()[0].length;
        gain.clearGradient();
        bias.clearGradient();
        float[][] byInputs = new float[rows][width];
        for (int s = 0; s < rows; s++) {
            double sum = 0;
            double product = 0;
            for (int j = 0; j < width; j++) {
                gain.gradient()[0][j] += byOutputs[s][j] * pass.normal()[s][j];
                bias.gradient()[0][j] += byOutputs[s][j];
                double byNormal = (double) byOutputs[s][j] * gain.value()[0][j];
                sum += byNormal / width;
                product += byNormal * pass.normal()[s][j] / width;
            }
            for (int j = 0; j < width; j++) {
                double byNormal = (double) byOutputs[s][j] * gain.value()[0][j];
                byInputs[s][j] = (float) (pass.scales()[s] * (byNormal - sum - pass.normal()[s][j] * product));
            }
        }
        return byInputs;
    }
}
