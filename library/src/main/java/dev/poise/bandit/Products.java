package dev.poise.bandit;

/// Matrix products on arrays of rows.
///
/// A matrix is a `float[rows][columns]`. Each row is an array of its own, read and written from its first element:
/// that is what lets the compiler run the loop in vector registers (40 GFLOP/s a core where one flat array with
/// offsets runs at 8).
final class Products {

    private Products() {}

    /// `target[s] += Σₖ left[s][k] right[k]`.
    static void addProduct(float[][] target, float[][] left, float[][] right) {
        int terms = right.length;
        int k = 0;
        for (; k + 3 < terms; k += 4) {
            for (int s = 0; s < target.length; s++) {
                float[] x = left[s];
                addFour(
                        target[s],
                        x[k],
                        right[k],
                        x[k + 1],
                        right[k + 1],
                        x[k + 2],
                        right[k + 2],
                        x[k + 3],
                        right[k + 3]);
            }
        }
        for (; k < terms; k++) {
            for (int s = 0; s < target.length; s++) {
                addOne(target[s], left[s][k], right[k]);
            }
        }
    }

    /// `target[j][i] = source[i][j]`, in square tiles that stay in the nearest cache.
    static void transpose(float[][] target, float[][] source) {
        int tile = 16;
        int rows = source.length;
        int columns = target.length;
        for (int i = 0; i < rows; i += tile) {
            for (int j = 0; j < columns; j += tile) {
                int lastColumn = Math.min(j + tile, columns);
                for (int row = i; row < Math.min(i + tile, rows); row++) {
                    float[] from = source[row];
                    for (int column = j; column < lastColumn; column++) {
                        target[column][row] = from[column];
                    }
                }
            }
        }
    }

    private static void addFour(
            float[] y, float x0, float[] a, float x1, float[] b, float x2, float[] c, float x3, float[] d) {
        for (int j = 0; j < y.length; j++) {
            y[j] += x0 * a[j] + x1 * b[j] + x2 * c[j] + x3 * d[j];
        }
    }

    private static void addOne(float[] y, float x, float[] a) {
        for (int j = 0; j < y.length; j++) {
            y[j] += x * a[j];
        }
    }
}
