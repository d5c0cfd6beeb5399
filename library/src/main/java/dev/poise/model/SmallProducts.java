package dev.poise.model;

import dev.poise.model.SmallDecoder.Map;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Linear maps of some rows at once, and their heads' scores, in plain Java: a weight is fetched once for all of them,
/// and made real once for three.
///
/// The rows' sums lie in one array at a constant distance from each other: the compiler then knows that they do not
/// overlap, and runs the loops in vector registers. Loops with more sums or more inputs than here it does not. Every
/// loop adds a row's inputs in the same order, so no row's results depend on the others.
///
/// Not thread-safe.
final class SmallProducts {

    /// Most rows that are worked on together.
    private static final int ROWS = 9;

    /// Most outputs that are worked on together.
    private static final int STRETCH = 1024;

    /// From one row's sums to the next one's: a little more, or they would compete for the same lines of the cache.
    private static final int PITCH = STRETCH + 16;

    private final float[] factors; // [ROWS, inputs]
    private final float[][] sums = new float[ROWS / 3][3 * PITCH];

    /// @param widest most inputs of a map, padding included
    SmallProducts(int widest) {
        this.factors = new float[ROWS * widest];
    }

    /// y = W x + b in every row.
    <R> void multiply(List<R> rows, Function<R, double[]> x, Map map, Function<R, double[]> y) {
        for (int from = 0; from < rows.size(); from += ROWS) {
            List<R> some = rows.subList(from, Math.min(from + ROWS, rows.size()));
            for (int r = 0; r < some.size(); r++) {
                scale(x.apply(some.get(r)), map, r);
            }
            for (int first = 0; first < map.out(); first += STRETCH) {
                int count = Math.min(STRETCH, map.out() - first);
                add(some.size(), map, first, count);
                for (int r = 0; r < some.size(); r++) {
                    take(y.apply(some.get(r)), map, r, first, count);
                }
            }
        }
    }

    /// What a row's inputs are times, as the map's integers ask for it.
    private void scale(double[] inputs, Map map, int row) {
        int start = row * map.padded();
        for (int i = 0; i < map.in(); i++) {
            factors[start + i] = (float) inputs[i] * map.scale()[i];
        }
        Arrays.fill(factors, start + map.in(), start + map.padded(), 0);
    }

    /// The sums of some outputs. Four inputs' weights stay in the nearest cache while all rows take them.
    private void add(int rows, Map map, int first, int count) {
        for (int r = 0; r < rows; r++) {
            int start = r % 3 * PITCH;
            Arrays.fill(sums[r / 3], start, start + count, 0);
        }
        int in = map.padded();
        for (int i = 0; i < in; i += 4) {
            int start = i * map.out() + first;
            int r = 0;
            for (; r + 2 < rows; r += 3) {
                addOfThree(r * in + i, in, map.weight(), start, map.out(), count, sums[r / 3]);
                addOfThree(r * in + i + 2, in, map.weight(), start + 2 * map.out(), map.out(), count, sums[r / 3]);
            }
            if (r + 1 < rows) {
                addOfTwo(r * in + i, in, map.weight(), start, map.out(), count, sums[r / 3]);
                addOfTwo(r * in + i + 2, in, map.weight(), start + 2 * map.out(), map.out(), count, sums[r / 3]);
            } else if (r < rows) {
                addOfOne(r * in + i, map.weight(), start, map.out(), count, sums[r / 3]);
            }
        }
    }

    /// What one or two heads' queries and the keys of some positions multiply to, `[heads, stride]`.
    ///
    /// @param factors queries, `[heads, width]`, in units of the keys' integers
    /// @param keys integers, coordinate by coordinate
    /// @param start of the first coordinate's
    /// @param stride from one coordinate's to the next one's
    /// @param count positions
    void scores(int heads, float[] factors, int width, int[] keys, int start, int stride, int count, float[] scores) {
        float[] own = sums[0];
        for (int first = 0; first < count; first += STRETCH) {
            int some = Math.min(STRETCH, count - first);
            Arrays.fill(own, 0, some, 0);
            Arrays.fill(own, PITCH, PITCH + some, 0);
            int i = 0;
            for (; heads == 1 && i + 3 < width; i += 4) {
                addOfOne(
                        factors[i],
                        factors[i + 1],
                        factors[i + 2],
                        factors[i + 3],
                        keys,
                        start + i * stride + first,
                        stride,
                        some,
                        own);
            }
            for (; i < width; i += 2) {
                // A last coordinate without a partner is its own, times nothing.
                boolean paired = i + 1 < width;
                float b = paired ? factors[i + 1] : 0;
                float b2 = paired && heads > 1 ? factors[width + i + 1] : 0;
                float a2 = heads > 1 ? factors[width + i] : 0;
                addOfTwo(factors[i], b, a2, b2, keys, start + i * stride + first, paired ? stride : 0, some, own);
            }
            for (int head = 0; head < heads; head++) {
                System.arraycopy(own, head * PITCH, scores, head * stride + first, some);
            }
        }
    }

    /// What four inputs of a row give.
    ///
    /// @param at the first input's factor
    /// @param start of the first input's weights
    /// @param stride from one input's weights to the next one's
    private void addOfOne(int at, int[] weight, int start, int stride, int count, float[] sums) {
        addOfOne(factors[at], factors[at + 1], factors[at + 2], factors[at + 3], weight, start, stride, count, sums);
    }

    private static void addOfOne(
            float a, float b, float c, float d, int[] weight, int start, int stride, int count, float[] sums) {
        for (int o = 0; o < count; o++) {
            float sum = Math.fma(a, (float) weight[start + o], sums[o]);
            sum = Math.fma(b, (float) weight[start + stride + o], sum);
            sum = Math.fma(c, (float) weight[start + 2 * stride + o], sum);
            sums[o] = Math.fma(d, (float) weight[start + 3 * stride + o], sum);
        }
    }

    /// What two inputs of two rows give.
    ///
    /// @param next from a row's factor to the next row's
    private void addOfTwo(int at, int next, int[] weight, int start, int stride, int count, float[] sums) {
        addOfTwo(
                factors[at],
                factors[at + 1],
                factors[at + next],
                factors[at + next + 1],
                weight,
                start,
                stride,
                count,
                sums);
    }

    private static void addOfTwo(
            float a, float b, float a2, float b2, int[] weight, int start, int stride, int count, float[] sums) {
        for (int o = 0; o < count; o++) {
            float first = (float) weight[start + o];
            float second = (float) weight[start + stride + o];
            sums[o] = Math.fma(b, second, Math.fma(a, first, sums[o]));
            sums[o + PITCH] = Math.fma(b2, second, Math.fma(a2, first, sums[o + PITCH]));
        }
    }

    /// What two inputs of three rows give.
    ///
    /// @param next from a row's factor to the next row's
    private void addOfThree(int at, int next, int[] weight, int start, int stride, int count, float[] sums) {
        addOfThree(
                factors[at],
                factors[at + 1],
                factors[at + next],
                factors[at + next + 1],
                factors[at + 2 * next],
                factors[at + 2 * next + 1],
                weight,
                start,
                stride,
                count,
                sums);
    }

    private static void addOfThree(
            float a,
            float b,
            float a2,
            float b2,
            float a3,
            float b3,
            int[] weight,
            int start,
            int stride,
            int count,
            float[] sums) {
        for (int o = 0; o < count; o++) {
            float first = (float) weight[start + o];
            float second = (float) weight[start + stride + o];
            sums[o] = Math.fma(b, second, Math.fma(a, first, sums[o]));
            sums[o + PITCH] = Math.fma(b2, second, Math.fma(a2, first, sums[o + PITCH]));
            sums[o + 2 * PITCH] = Math.fma(b3, second, Math.fma(a3, first, sums[o + 2 * PITCH]));
        }
    }

    /// Gives a row its sums, with the bias.
    private void take(double[] outputs, Map map, int row, int first, int count) {
        float[] own = sums[row / 3];
        for (int o = 0; o < count; o++) {
            outputs[first + o] = own[row % 3 * PITCH + o];
        }
        for (int o = first; map.bias() != null && o < first + count; o++) {
            outputs[o] += map.bias()[o];
        }
    }
}
