package dev.poise.bandit;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// A policy over lengths: at every position it stops with a probability of its own, as a model that writes token by
/// token does.
///
/// ```
/// s_t         = σ(z_t),  t = 0 … T − 1
/// log π(L)    = Σ_{t<L} log(1 − s_t) + log s_L        L < T
/// log π(T)    = Σ_{t<T} log(1 − s_t)                  cut at the limit
/// ∂log π(L)/∂z_t = −s_t for t < L,  1 − s_t for t = L,  0 behind
/// ```
///
/// Source: the hazard function of discrete survival analysis; as a stand-in for a language model's length it is our
/// design.
final class Hazard {

    /// T.
    static final int LIMIT = 64;

    private final Parameter logits = new Parameter(1, LIMIT);

    /// The policy with a given distribution.
    ///
    /// @param probabilities of 0 to T, all above 0
    static Hazard of(double[] probabilities) {
        if (probabilities.length != LIMIT + 1) {
            throw new IllegalArgumentException(
                    "probabilities must be those of 0 to " + LIMIT + ", got " + probabilities.length);
        }
        Hazard hazard = new Hazard();
        double behind = probabilities[LIMIT];
        for (int t = LIMIT - 1; t >= 0; t--) {
            hazard.logits.value()[0][t] = (float) Math.log(probabilities[t] / behind);
            behind += probabilities[t];
        }
        return hazard;
    }

    List<Parameter> parameters() {
        return List.of(logits);
    }

    /// log π of 0 to T, nats.
    double[] logProbs() {
        double[] logProbs = new double[LIMIT + 1];
        double onwards = 0;
        for (int t = 0; t < LIMIT; t++) {
            double z = logits.value()[0][t];
            logProbs[t] = onwards - softplus(-z);
            onwards -= softplus(z);
        }
        logProbs[LIMIT] = onwards;
        return logProbs;
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /// Sets the gradient of a loss.
    ///
    /// @param lengths of a batch
    /// @param byLogProb ∂L/∂log π of each
    void setGradient(int[] lengths, double[] byLogProb) {
        double[] stopped = new double[LIMIT + 1];
        for (int i = 0; i < lengths.length; i++) {
            stopped[lengths[i]] += byLogProb[i];
        }
        double onwards = Arrays.stream(byLogProb).sum(); // of lengths above t, once those up to t are taken off
        for (int t = 0; t < LIMIT; t++) {
            double stop = 1 / (1 + Math.exp(-logits.value()[0][t]));
            onwards -= stopped[t];
            logits.gradient()[0][t] = (float) (stopped[t] * (1 - stop) - onwards * stop);
        }
    }

    /// Draws a length from a distribution.
    static int draw(double[] probabilities, RandomGenerator random) {
        double left = random.nextDouble();
        int length = 0;
        while (length < probabilities.length - 1 && left >= probabilities[length]) {
            left -= probabilities[length];
            length++;
        }
        return length;
    }
}
