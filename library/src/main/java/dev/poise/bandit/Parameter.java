package dev.poise.bandit;

import java.util.Arrays;

/// A matrix that is learnt, its gradient and its Adam moments.
///
/// @param value the matrix
/// @param gradient of the loss by it
/// @param first Adam's running mean of the gradient
/// @param second Adam's running mean of the squared gradient
record Parameter(float[][] value, float[][] gradient, float[][] first, float[][] second) {

    Parameter(int rows, int columns) {
        this(new float[rows][columns], new float[rows][columns], new float[rows][columns], new float[rows][columns]);
    }

    void clearGradient() {
        clear(gradient);
    }

    /// As if the optimiser had never moved it.
    void forgetMoments() {
        clear(first);
        clear(second);
    }

    double squaredGradientNorm() {
        double sum = 0;
        for (float[] row : gradient) {
            for (float x : row) {
                sum += (double) x * x;
            }
        }
        return sum;
    }

    private static void clear(float[][] matrix) {
        for (float[] row : matrix) {
            Arrays.fill(row, 0);
        }
    }
}
