package dev.poise.bandit;

import java.util.Arrays;

/// Matrix products on arrays of rows.
///
/// A matrix is a `float[rows][columns]`. Each row is an array of its own, read and written from its first element:
/// that is what lets the compiler run the loop in vector registers (40 GFLOP/s a core where one flat array with
/// offsets runs at 8).
final class Products {

    private Products() {}

    /// `target[s] += Σₖ left[s][k] right[k]`.
    ///
    /// Terms that are 0 for every row are skipped. Behind a ReLU that is about half of them: the states say nothing
    /// about the reward, so that a unit tends to be off for all or for none.
    static void addProduct(float[][] target, float[][] left, float[][] right) {
        addProduct(target, left, right, used(left));
    }

    /// The same for those terms alone.
    static void addProduct(float[][] target, float[][] left, float[][] right, int[] terms) {
        int i = 0;
        for (; i + 7 < terms.length; i += 8) {
            for (int s = 0; s < target.length; s++) {
                addEight(target[s], left[s], right, terms, i);
            }
        }
        for (; i + 1 < terms.length; i += 2) {
            for (int s = 0; s < target.length; s++) {
                addTwo(target[s], left[s], right, terms, i);
            }
        }
        for (; i < terms.length; i++) {
            for (int s = 0; s < target.length; s++) {
                addOne(target[s], left[s][terms[i]], right[terms[i]]);
            }
        }
    }

    /// The columns in which any row is not 0.
    static int[] used(float[][] rows) {
        boolean[] used = new boolean[rows[0].length];
        for (float[] row : rows) {
            for (int k = 0; k < used.length; k++) {
                used[k] |= row[k] != 0;
            }
        }
        int count = 0;
        int[] columns = new int[used.length];
        for (int k = 0; k < used.length; k++) {
            columns[count] = k;
            count += used[k] ? 1 : 0;
        }
        return Arrays.copyOf(columns, count);
    }

    /// `target[j][i] = source[i][j]` for some j.
    static void transpose(float[][] target, float[][] source, int[] columns) {
        int i = 0;
        for (; i + 7 < source.length; i += 8) {
            transposeEight(target, source, columns, i);
        }
        for (; i < source.length; i++) {
            for (int j : columns) {
                target[j][i] = source[i][j];
            }
        }
    }

    private static void addEight(float[] y, float[] x, float[][] rows, int[] terms, int i) {
        float x0 = x[terms[i]];
        float x1 = x[terms[i + 1]];
        float x2 = x[terms[i + 2]];
        float x3 = x[terms[i + 3]];
        float x4 = x[terms[i + 4]];
        float x5 = x[terms[i + 5]];
        float x6 = x[terms[i + 6]];
        float x7 = x[terms[i + 7]];
        if (x0 == 0 && x1 == 0 && x2 == 0 && x3 == 0 && x4 == 0 && x5 == 0 && x6 == 0 && x7 == 0) {
            return;
        }
        float[] a = rows[terms[i]];
        float[] b = rows[terms[i + 1]];
        float[] c = rows[terms[i + 2]];
        float[] d = rows[terms[i + 3]];
        float[] e = rows[terms[i + 4]];
        float[] f = rows[terms[i + 5]];
        float[] g = rows[terms[i + 6]];
        float[] h = rows[terms[i + 7]];
        for (int j = 0; j < y.length; j++) {
            y[j] += x0 * a[j] + x1 * b[j] + x2 * c[j] + x3 * d[j] + x4 * e[j] + x5 * f[j] + x6 * g[j] + x7 * h[j];
        }
    }

    private static void addTwo(float[] y, float[] x, float[][] rows, int[] terms, int i) {
        float x0 = x[terms[i]];
        float x1 = x[terms[i + 1]];
        float[] a = rows[terms[i]];
        float[] b = rows[terms[i + 1]];
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
    private static void transposeEight(float[][] target, float[][] source, int[] columns, int i) {
        float[] a = source[i];
        float[] b = source[i + 1];
        float[] c = source[i + 2];
        float[] d = source[i + 3];
        float[] e = source[i + 4];
        float[] f = source[i + 5];
        float[] g = source[i + 6];
        float[] h = source[i + 7];
        for (int j : columns) {
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
