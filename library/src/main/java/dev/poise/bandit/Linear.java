package dev.poise.bandit;

import java.util.random.RandomGenerator;

/// y = x W + b on a batch of rows.
final class Linear {

    private final Parameter weight; // [in][out]
    private final Parameter bias; // [1][out]
    private final float[][] transposed; // [out][in]

    /// Xavier's uniform draws and no bias.
    ///
    /// Source: Glorot and Bengio 2010, eq. 16, times `gain`.
    Linear(int in, int out, double gain, RandomGenerator random) {
        weight = new Parameter(in, out);
        bias = new Parameter(1, out);
        transposed = new float[out][in];
        double bound = gain * Math.sqrt(6.0 / (in + out));
        for (float[] row : weight.value()) {
            for (int j = 0; j < out; j++) {
                row[j] = (float) random.nextDouble(-bound, bound);
            }
        }
    }

    Parameter weight() {
        return weight;
    }

    Parameter bias() {
        return bias;
    }

    float[][] forward(float[][] inputs) {
        float[][] outputs = new float[inputs.length][];
        for (int s = 0; s < inputs.length; s++) {
            outputs[s] = bias.value()[0].clone();
        }
        Products.addProduct(outputs, inputs, weight.value());
        return outputs;
    }

    /// Sets the gradients of weight and bias.
    void backward(float[][] inputs, float[][] byOutputs) {
        float[][] columns = new float[weight.value().length][inputs.length];
        Products.transpose(columns, inputs, Products.used(inputs));
        weight.clearGradient();
        Products.addProduct(weight.gradient(), columns, byOutputs);
        float[] sum = bias.gradient()[0];
        bias.clearGradient();
        for (float[] row : byOutputs) {
            for (int j = 0; j < sum.length; j++) {
                sum[j] += row[j];
            }
        }
    }

    /// The derivative by the inputs.
    float[][] byInputs(float[][] byOutputs) {
        int[] used = Products.used(byOutputs);
        Products.transpose(transposed, weight.value(), used);
        float[][] byInputs = new float[byOutputs.length][weight.value().length];
        Products.addProduct(byInputs, byOutputs, transposed, used);
        return byInputs;
    }
}
