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
        for (; k + 7 < terms; k += 8) {
            for (int s = 0; s < target.length; s++) {
                addEight(target[s], left[s], right, k);
            }
        }
        for (; k + 1 < terms; k += 2) {
            for (int s = 0; s < target.length; s++) {
                addTwo(target[s], left[s], right, k);
            }
        }
        for (; k < terms; k++) {
            for (int s = 0; s < target.length; s++) {
                addOne(target[s], left[s][k], right[k]);
            }
        }
    }

    /// `target[j][i] = source[i][j]`.
    static void transpose(float[][] target, float[][] source) {
        int i = 0;
        for (; i + 7 < source.length; i += 8) {
            transposeEight(target, source, i);
        }
        for (; i < source.length; i++) {
            for (int j = 0; j < target.length; j++) {
                target[j][i] = source[i][j];
            }
        }
    }

    private static void addEight(float[] y, float[] x, float[][] rows, int k) {
        float x0 = x[k];
        float x1 = x[k + 1];
        float x2 = x[k + 2];
        float x3 = x[k + 3];
        float x4 = x[k + 4];
        float x5 = x[k + 5];
        float x6 = x[k + 6];
        float x7 = x[k + 7];
        float[] a = rows[k];
        float[] b = rows[k + 1];
        float[] c = rows[k + 2];
        float[] d = rows[k + 3];
        float[] e = rows[k + 4];
        float[] f = rows[k + 5];
        float[] g = rows[k + 6];
        float[] h = rows[k + 7];
        for (int j = 0; j < y.length; j++) {
            y[j] += x0 * a[j] + x1 * b[j] + x2 * c[j] + x3 * d[j] + x4 * e[j] + x5 * f[j] + x6 * g[j] + x7 * h[j];
        }
    }

    private static void addTwo(float[] y, float[] x, float[][] rows, int k) {
        float x0 = x[k];
        float x1 = x[k + 1];
        float[] a = rows[k];
        float[] b = rows[k + 1];
        for (int j = 0; j < y.length; j++) {
            y[j] += x0 * a[j] + x1 * b[j];
        }
    }

    private static void addOne(float[] y, float x, float[] a) {
        for (int j = 0; j < y.length; j++) {
            y[j] += x * a[j];
        }
    }

    /// Eight rows become eight neighbours in every column: one line of the cache is written at once.
    private static void transposeEight(float[][] target, float[][] source, int i) {
        float[] a = source[i];
        float[] b = source[i + 1];
        float[] c = source[i + 2];
        float[] d = source[i + 3];
        float[] e = source[i + 4];
        float[] f = source[i + 5];
        float[] g = source[i + 6];
        float[] h = source[i + 7];
        for (int j = 0; j < target.length; j++) {
            float[] column = target[j];
            column[i] = a[j];
            column[i + 1] = b[j];
            column[i + 2] = c[j];
            column[i + 3] = d[j];
            column[i + 4] = e[j];
            column[i + 5] = f[j];
            column[i + 6] = g[j];
            column[i + 7] = h[j];
        }
    }
}
