package dev.poise.bandit;

import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// What a length is worth, as it is learnt from pairs: a network 1-64-64-1 on L/64 by the loss of Bradley and Terry,
/// −log σ(r(better) − r(worse)).
final class LengthRewardModel {

    private static final int WIDTH = 64;
    private static final int STEPS = 800;
    private static final int BATCH = 256;
    private static final double RATE = 1e-3;

    private final Linear first;
    private final Linear second;
    private final Linear last;

    private LengthRewardModel(RandomGenerator random) {
        first = new Linear(1, WIDTH, 1, random);
        second = new Linear(WIDTH, WIDTH, 1, random);
        last = new Linear(WIDTH, 1, 1, random);
    }

    /// Learns from pairs and scores every length, with mean 0 and deviation 1 under the reference.
    ///
    /// @param pairs a better length and a worse one each
    /// @param reference probabilities of 0 to the limit
    static double[] scores(int[][] pairs, double[] reference, RandomGenerator random) {
        LengthRewardModel model = new LengthRewardModel(random);
        Adam adam = new Adam(
                Stream.of(model.first, model.second, model.last)
                        .flatMap(layer -> Stream.of(layer.weight(), layer.bias()))
                        .toList(),
                RATE,
                Double.POSITIVE_INFINITY);
        for (int step = 0; step < STEPS; step++) {
            model.learn(pairs, random);
            adam.step();
        }
        return standardised(model.forward().scores(), reference);
    }

    /// Every length as one row: a batch has many of each.
    private record Pass(float[][] inputs, float[][] one, float[][] two, double[] scores) {}

    private Pass forward() {
        float[][] inputs = new float[Hazard.LIMIT + 1][1];
        for (int length = 0; length < inputs.length; length++) {
            inputs[length][0] = (float) length / Hazard.LIMIT;
        }
        float[][] one = positive(first.forward(inputs));
        float[][] two = positive(second.forward(one));
        float[][] outputs = last.forward(two);
        double[] scores = new double[inputs.length];
        for (int length = 0; length < scores.length; length++) {
            scores[length] = outputs[length][0];
        }
        return new Pass(inputs, one, two, scores);
    }

    private void learn(int[][] pairs, RandomGenerator random) {
        Pass pass = forward();
        float[][] by = new float[pass.scores().length][1];
        for (int i = 0; i < BATCH; i++) {
            int[] pair = pairs[random.nextInt(pairs.length)];
            double margin = pass.scores()[pair[0]] - pass.scores()[pair[1]];
            double wrong = 1 / (1 + Math.exp(margin)) / BATCH; // −dℓ/d margin, the mean's share
            by[pair[0]][0] -= (float) wrong;
            by[pair[1]][0] += (float) wrong;
        }
        last.backward(pass.two(), by);
        float[][] back = where(pass.two(), last.byInputs(by));
        second.backward(pass.one(), back);
        first.backward(pass.inputs(), where(pass.one(), second.byInputs(back)));
    }

    private static float[][] positive(float[][] rows) {
        for (float[] row : rows) {
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.max(row[j], 0);
            }
        }
        return rows;
    }

    private static float[][] where(float[][] outputs, float[][] by) {
        for (int s = 0; s < by.length; s++) {
            for (int j = 0; j < by[s].length; j++) {
                by[s][j] = outputs[s][j] > 0 ? by[s][j] : 0;
            }
        }
        return by;
    }

    static double[] standardised(double[] scores, double[] probabilities) {
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < scores.length; i++) {
            mean += probabilities[i] * scores[i];
            squares += probabilities[i] * scores[i] * scores[i];
        }
        double deviation = Math.sqrt(squares - mean * mean);
        double[] result = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            result[i] = (scores[i] - mean) / deviation;
        }
        return result;
    }
}
