package dev.poise.objective;

/// The logistic function, its derivative and its integral, exact to rounding over the whole range of a double.
final class Logistic {

    private Logistic() {}

    /// σ(x) = 1 / (1 + e^−x). Only exponents ≤ 0 are taken, so nothing overflows.
    static double sigmoid(double x) {
        double decay = Math.exp(-Math.abs(x));
        return (x >= 0 ? 1 : decay) / (1 + decay);
    }

    /// σ′(x) = σ(x) σ(−x).
    static double slope(double x) {
        return sigmoid(x) * sigmoid(-x);
    }

    /// −log σ(x) = log(1 + e^−x), which tends to 0 for large x and to −x for small.
    static double negativeLogSigmoid(double x) {
        return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /// −(1 − ε) log σ(x) − ε log σ(−x), the cross-entropy of a label that is flipped with probability ε.
    static double crossEntropy(double x, double labelSmoothing) {
        double loss = (1 - labelSmoothing) * negativeLogSigmoid(x);
        // At ε = 0 the second term is skipped: 0 · ∞ would make NaN of an overflowing margin.
        return labelSmoothing > 0 ? loss + labelSmoothing * negativeLogSigmoid(-x) : loss;
    }

    /// The derivative of [#crossEntropy]: −(1 − ε) σ(−x) + ε σ(x).
    static double crossEntropySlope(double x, double labelSmoothing) {
        double slope = -(1 - labelSmoothing) * sigmoid(-x);
        return labelSmoothing > 0 ? slope + labelSmoothing * sigmoid(x) : slope;
    }
}
