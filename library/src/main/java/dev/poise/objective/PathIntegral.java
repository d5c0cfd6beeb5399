package dev.poise.objective;

import java.util.function.DoubleUnaryOperator;

/// The integral of a function over [0, 1], by adaptive Gauss-Legendre quadrature.
///
/// Panels shrink towards 0, where what is integrated here changes most, so that a feature of width 10⁻⁶ is not
/// stepped over; each is halved until its five-point rule agrees with its halves.
final class PathIntegral {

    /// Nodes and weights of five-point Gauss-Legendre on [−1, 1] (Abramowitz and Stegun, table 25.4).
    private static final double[] NODES = {0, 0.538469310105683, 0.906179845938664};

    private static final double[] WEIGHTS = {0.568888888888889, 0.478628670499366, 0.236926885056189};

    private static final int PANELS = 24;
    private static final int DEEPEST = 40;
    private static final double TOLERANCE = 1e-12;

    private PathIntegral() {}

    static double of(DoubleUnaryOperator function) {
        double sum = 0;
        double from = 0;
        for (int panel = PANELS; panel >= 0; panel--) {
            double to = Math.scalb(1.0, -panel);
            sum += adaptive(function, from, to, gauss(function, from, to), 0);
            from = to;
        }
        return sum;
    }

    private static double adaptive(DoubleUnaryOperator function, double from, double to, double whole, int depth) {
        double middle = (from + to) / 2;
        double left = gauss(function, from, middle);
        double right = gauss(function, middle, to);
        double halves = left + right;
        if (depth == DEEPEST || !(Math.abs(halves - whole) > TOLERANCE * Math.max(1e-3, Math.abs(halves)))) {
            return halves;
        }
        return adaptive(function, from, middle, left, depth + 1) + adaptive(function, middle, to, right, depth + 1);
    }

    private static double gauss(DoubleUnaryOperator function, double from, double to) {
        double half = (to - from) / 2;
        double middle = (from + to) / 2;
        double sum = WEIGHTS[0] * function.applyAsDouble(middle);
        for (int i = 1; i < NODES.length; i++) {
            sum += WEIGHTS[i]
                    * (function.applyAsDouble(middle - half * NODES[i])
                            + function.applyAsDouble(middle + half * NODES[i]));
        }
        return half * sum;
    }
}
