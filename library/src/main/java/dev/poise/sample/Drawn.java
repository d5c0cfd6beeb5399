package dev.poise.sample;

import dev.poise.model.Exponential;
import java.util.Arrays;
import java.util.SplittableRandom;

/// One token chosen from one row of logits, in plain Java: what [Sampler] does for a batch in tensors.
///
/// @param token the choice
/// @param logProb under the model itself, at temperature 1 and uncut, nats
record Drawn(int token, double logProb) {

    /// @throws IllegalStateException when the logits are not finite
    static Drawn from(double[] logits, Decoding decoding, SplittableRandom random) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        double[] weights = weights(logits, logits[best], 1);
        double sum = sum(weights, weights.length);
        if (!Double.isFinite(sum)) {
            throw new IllegalStateException("the model's logits must be finite, got NaN or infinities");
        }
        int token = best;
        if (decoding.temperature() > 0) {
            double temperature = decoding.temperature();
            token = random(temperature == 1 ? weights : weights(logits, logits[best], temperature), decoding, random);
        }
        return new Drawn(token, logits[token] - logits[best] - Math.log(sum));
    }

    /// Probabilities before normalisation; less the largest logit first, or a tiny temperature would make
    /// infinities.
    private static double[] weights(double[] logits, double largest, double temperature) {
        double[] weights = new double[logits.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (logits[i] - largest) / temperature;
        }
        Exponential.of(weights, weights.length);
        return weights;
    }

    private static int random(double[] weights, Decoding decoding, SplittableRandom random) {
        if (decoding.topK() == 0 && decoding.topP() == 1) {
            return invert(weights, weights.length, random);
        }
        int[] order = descending(weights);
        int count = decoding.topK() == 0 ? order.length : Math.min(decoding.topK(), order.length);
        double[] sorted =
                Arrays.stream(order, 0, count).mapToDouble(i -> weights[i]).toArray();
        double total = sum(sorted, count);
        // A token stays when those more likely than it hold less than p.
        int kept = 0;
        for (double before = 0; kept < count && before < decoding.topP(); kept++) {
            before += sorted[kept] / total;
        }
        return order[invert(sorted, kept, random)];
    }

    private static double sum(double[] weights, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        return sum;
    }

    /// Indices by falling weight, equal ones by index.
    private static int[] descending(double[] weights) {
        long[] keys = new long[weights.length];
        for (int i = 0; i < keys.length; i++) {
            // Bits of a float that is not negative are ordered as it is.
            keys[i] = (long) -Float.floatToRawIntBits((float) weights[i]) << 32 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /// The first place where the cumulative weight reaches a uniform draw in (0, 1].
    private static int invert(double[] weights, int count, SplittableRandom random) {
        double asked = (1 - random.nextDouble()) * sum(weights, count);
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            cumulative += weights[i];
            if (weights[i] > 0) {
                last = i;
                if (cumulative >= asked) {
                    return i;
                }
            }
        }
        return last;
    }
}
