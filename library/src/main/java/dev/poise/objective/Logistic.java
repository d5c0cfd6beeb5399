package dev.poise.objective;

/// The logistic function and its integral, exact to rounding over the whole range of a double.
final class Logistic {

    private Logistic() {}

    /// σ(x) = 1 / (1 + e^−x). Only exponents ≤ 0 are taken, so nothing overflows.
    static double sigmoid(double x) {
        double decay = Math.exp(-Math.abs(x));
        return (x >= 0 ? 1 : decay) / (1 + decay);
    }

    /// −log σ(x) = log(1 + e^−x), which tends to 0 for large x and to −x for small.
    static double negativeLogSigmoid(double x) {
        return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
