package dev.poise.bandit;

import java.util.List;
import java.util.random.RandomGenerator;

/// The policy's network: three hidden layers, the first normalised.
///
/// `Linear(in, 50), LayerNorm, ReLU, Linear(50, 256), ReLU, Linear(256, 256), ReLU, Linear(256, out)`, every matrix
/// drawn by Xavier's rule with gain 0.01. Source: the code released with arXiv 2404.14367.
final class Network {

    private static final int NARROW = 50;
    private static final int WIDE = 256;
    private static final double GAIN = 1e-2;

    private final Linear first;
    private final Normalisation norm;
    private final Linear second;
    private final Linear third;
    private final Linear last;

    Network(int in, int out, RandomGenerator random) {
        first = new Linear(in, NARROW, GAIN, random);
        norm = new Normalisation(NARROW);
        second = new Linear(NARROW, WIDE, GAIN, random);
        third = new Linear(WIDE, WIDE, GAIN, random);
        last = new Linear(WIDE, out, GAIN, random);
    }

    /// What a pass leaves for the way back.
    ///
    /// @param inputs a row a state
    /// @param normed behind the first map
    /// @param one behind the first ReLU, and so on
    /// @param outputs a row a state
    record Pass(
            float[][] inputs,
            Normalisation.Pass normed,
            float[][] one,
            float[][] two,
            float[][] three,
            float[][] outputs) {}

    List<Parameter> parameters() {
        return List.of(
                first.weight(),
                first.bias(),
                norm.gain(),
                norm.bias(),
                second.weight(),
                second.bias(),
                third.weight(),
                third.bias(),
                last.weight(),
                last.bias());
    }

    Pass forward(float[][] inputs) {
        Normalisation.Pass normed = norm.forward(first.forward(inputs));
        float[][] one = positive(normed.outputs());
        float[][] two = positive(second.forward(one));
        float[][] three = positive(third.forward(two));
        return new Pass(inputs, normed, one, two, three, last.forward(three));
    }

    /// Sets the gradient of every parameter.
    void backward(Pass pass, float[][] byOutputs) {
        last.backward(pass.three(), byOutputs);
        float[][] by = where(pass.three(), last.byInputs(byOutputs));
        third.backward(pass.two(), by);
        by = where(pass.two(), third.byInputs(by));
        second.backward(pass.one(), by);
        by = norm.backward(pass.normed(), where(pass.one(), second.byInputs(by)));
        first.backward(pass.inputs(), by);
    }

    private static float[][] positive(float[][] rows) {
        float[][] result = new float[rows.length][];
        for (int s = 0; s < rows.length; s++) {
            result[s] = rows[s].clone();
            for (int j = 0; j < result[s].length; j++) {
                result[s][j] = Math.max(result[s][j], 0);
            }
        }
        return result;
    }

    /// The derivative through a ReLU: nothing where it gave 0.
    private static float[][] where(float[][] outputs, float[][] by) {
        for (int s = 0; s < by.length; s++) {
            for (int j = 0; j < by[s].length; j++) {
                by[s][j] = outputs[s][j] > 0 ? by[s][j] : 0;
            }
        }
        return by;
    }
}
