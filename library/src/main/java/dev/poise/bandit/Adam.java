package dev.poise.bandit;

import java.util.List;

/// Adam without weight decay, with PyTorch's defaults: moments fade by 0.9 and 0.999 a step, ε = 1e-8.
///
/// Source: Kingma and Ba 2015 (<https://arxiv.org/abs/1412.6980>), algorithm 1; ε is added behind the bias
/// correction, as there.
final class Adam {

    private static final float FIRST = 0.9f;
    private static final float SECOND = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final List<Parameter> parameters;
    private final double learningRate;
    private final double clipNorm;
    private int steps;

    /// Starts from rest.
    ///
    /// @param clipNorm longest gradient over all parameters; infinite for none
    Adam(List<Parameter> parameters, double learningRate, double clipNorm) {
        this.parameters = parameters;
        this.learningRate = learningRate;
        this.clipNorm = clipNorm;
        parameters.forEach(Parameter::forgetMoments);
    }

    /// The length of the gradient over all parameters.
    double gradientNorm() {
        return Math.sqrt(
                parameters.stream().mapToDouble(Parameter::squaredGradientNorm).sum());
    }

    void step() {
        steps++;
        float scale = Double.isInfinite(clipNorm) ? 1 : (float) Math.min(1, clipNorm / (gradientNorm() + 1e-6));
        float rate = (float) (learningRate / (1 - Math.pow(FIRST, steps)));
        float correction = (float) (1 / (1 - Math.pow(SECOND, steps)));
        for (Parameter parameter : parameters) {
            for (int row = 0; row < parameter.value().length; row++) {
                move(
                        parameter.value()[row],
                        parameter.gradient()[row],
                        parameter.first()[row],
                        parameter.second()[row],
                        scale,
                        rate,
                        correction);
            }
        }
    }

    private static void move(
            float[] value, float[] gradient, float[] first, float[] second, float scale, float rate, float correction) {
        for (int i = 0; i < value.length; i++) {
            float g = scale * gradient[i];
            float m = FIRST * first[i] + (1 - FIRST) * g;
            float v = SECOND * second[i] + (1 - SECOND) * g * g;
            first[i] = m;
            second[i] = v;
            value[i] -= rate * m / ((float) Math.sqrt(v * correction) + EPSILON);
        }
    }
}
