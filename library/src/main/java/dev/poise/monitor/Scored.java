package dev.poise.monitor;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a policy says of some answers: a row an answer, a value a trained token.
///
/// @param logProbs log π(yₜ|x, y₍<ₜ₎), nats, `[answer][token]`, at least one token an answer
/// @param entropies entropy of the whole next-token distribution, nats
/// @param topEntropies entropy of the k largest probabilities renormalised to 1, bits
/// @param topMasses Σ of the k largest probabilities
/// @param reference log π_ref(y|x) of each answer, nats, summed over its tokens; null where nothing is known of it
public record Scored(
        double[][] logProbs,
        double[][] entropies,
        double[][] topEntropies,
        double[][] topMasses,
        double @Nullable [] reference) {

    /// How many answers.
    public int size() {
        return logProbs.length;
    }

    /// log π(y|x) of an answer, nats, summed over its tokens.
    public double summed(int answer) {
        double sum = 0;
        for (double token : logProbs[answer]) {
            sum += token;
        }
        return sum;
    }

    /// |y|, the trained tokens of an answer.
    public int tokens(int answer) {
        return logProbs[answer].length;
    }

    /// The same answers with a reference's sums beside them.
    public Scored against(double[] sums) {
        return new Scored(logProbs, entropies, topEntropies, topMasses, sums);
    }

    /// Change of log π(y|x) of an answer since the reference, mean over its tokens, nats. Only with a reference.
    public double change(int answer) {
        return (summed(answer) - Objects.requireNonNull(reference)[answer]) / tokens(answer);
    }

    /// The sums of all answers.
    public double[] sums() {
        double[] sums = new double[size()];
        Arrays.setAll(sums, this::summed);
        return sums;
    }

    /// Mean over all tokens of all answers.
    static double meanOverTokens(double[][] values) {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).average().orElse(Double.NaN);
    }

    /// Entropy over the k largest probabilities as they are, not renormalised: −Σ p log₂ p, bits, mean over tokens,
    /// by the identity H_raw = M H − M log₂ M.
    double meanRawTopEntropy() {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < topMasses.length; i++) {
            for (int t = 0; t < topMasses[i].length; t++) {
                sum += raw(topMasses[i][t], topEntropies[i][t]);
                count++;
            }
        }
        return sum / count;
    }

    /// −Σ p log₂ p over the k largest probabilities, bits.
    ///
    /// @param mass M, their sum
    /// @param entropy H, their entropy after renormalisation, bits
    static double raw(double mass, double entropy) {
        return mass == 0 ? 0 : mass * entropy - mass * Math.log(mass) / Math.log(2);
    }
}
