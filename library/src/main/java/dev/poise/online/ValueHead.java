package dev.poise.online;

import java.util.Arrays;

/// A value head: V = w · h + b, the return that is expected before a token, read from the policy's hidden state
/// there.
///
/// It is fitted by ridge regression to the returns of a round and foretells those of the next, so that an
/// advantage's baseline never saw the draw that it is held against. Nothing flows back into the trunk: only the
/// policy's loss moves the policy. Both are our choice; PPO as published learns V by gradient, on the same round
/// and often through the same trunk.
///
/// ```
/// min Σ_i (w · h_i + b − R_i)² + ρ (|w|² + b²)      ρ = 10⁻³ Σ_i |(h_i, 1)|² / (D + 1)
/// ```
///
/// @param weights w and, last, b; none before the first fit, which says 0
public record ValueHead(double[] weights) {

    /// Says 0 everywhere.
    public static final ValueHead NONE = new ValueHead(new double[0]);

    private static final double RIDGE = 1e-3;

    /// Residual, relative to where it starts, at which the solver is done.
    private static final double TOLERANCE = 1e-10;

    private static final int MOST_STEPS = 200;

    /// V at a hidden state of width D.
    public double of(float[] hidden) {
        if (weights.length == 0) {
            return 0;
        }
        if (hidden.length + 1 != weights.length) {
            throw new IllegalArgumentException(
                    "a hidden state must have width " + (weights.length - 1) + ", got " + hidden.length);
        }
        double value = weights[hidden.length];
        for (int d = 0; d < hidden.length; d++) {
            value += weights[d] * hidden[d];
        }
        return value;
    }

    /// The head that fits returns best, by conjugate gradients on the normal equations.
    ///
    /// @param hidden a hidden state before every token, all of one width; at least one
    /// @param returns what followed, one a state
    public static ValueHead fitted(float[][] hidden, double[] returns) {
        if (hidden.length == 0 || hidden.length != returns.length) {
            throw new IllegalArgumentException("a value head is fitted to at least one state, and as many returns, got "
                    + hidden.length + " and " + returns.length);
        }
        int width = hidden[0].length + 1;
        double squares = hidden.length;
        for (float[] h : hidden) {
            for (float x : h) {
                squares += (double) x * x;
            }
        }
        double ridge = RIDGE * squares / width;
        double[] solution = new double[width];
        double[] residual = transposed(hidden, returns, width);
        double[] direction = residual.clone();
        double norm = dot(residual, residual);
        double enough = TOLERANCE * TOLERANCE * norm;
        for (int step = 0; step < MOST_STEPS && norm > enough; step++) {
            ValueHead along = new ValueHead(direction);
            double[] product = transposed(
                    hidden, Arrays.stream(hidden).mapToDouble(along::of).toArray(), width);
            for (int d = 0; d < width; d++) {
                product[d] += ridge * direction[d];
            }
            double length = norm / dot(direction, product);
            for (int d = 0; d < width; d++) {
                solution[d] += length * direction[d];
                residual[d] -= length * product[d];
            }
            double next = dot(residual, residual);
            for (int d = 0; d < width; d++) {
                direction[d] = residual[d] + next / norm * direction[d];
            }
            norm = next;
        }
        return new ValueHead(solution);
    }

    /// Σ_i y_i (h_i, 1).
    private static double[] transposed(float[][] hidden, double[] values, int width) {
        double[] sum = new double[width];
        for (int i = 0; i < hidden.length; i++) {
            for (int d = 0; d < width - 1; d++) {
                sum[d] += values[i] * hidden[i][d];
            }
            sum[width - 1] += values[i];
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
