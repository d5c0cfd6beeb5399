package dev.poise.report;

import java.util.stream.IntStream;

/// Chooses the points of a long line that keep its shape: largest triangle, three buckets.
///
/// Source: S. Steinarsson, Downsampling Time Series for Visual Representation, University of Iceland, 2013, 4.2.
final class Thinning {

    private Thinning() {}

    /// Rising indices, the first and the last among them; all where they are no more than `limit`.
    ///
    /// @param limit at least 3
    static int[] select(long[] x, double[] y, int limit) {
        if (x.length <= limit) {
            return IntStream.range(0, x.length).toArray();
        }
        int[] kept = new int[limit];
        for (int bucket = 1; bucket < limit - 1; bucket++) {
            kept[bucket] = farthest(x, y, kept[bucket - 1], bucket, limit);
        }
        kept[limit - 1] = x.length - 1;
        return kept;
    }

    /// The point of `bucket` that spans the largest triangle with the point kept before and the next bucket's mean.
    private static int farthest(long[] x, double[] y, int before, int bucket, int limit) {
        int from = start(bucket, x.length, limit);
        int to = start(bucket + 1, x.length, limit);
        int end = start(bucket + 2, x.length, limit);
        double meanX = 0;
        double meanY = 0;
        for (int i = to; i < end; i++) {
            meanX += (double) x[i] / (end - to);
            meanY += y[i] / (end - to);
        }
        int best = from;
        double largest = -1;
        for (int i = from; i < to; i++) {
            double area = Math.abs((x[before] - meanX) * (y[i] - y[before]) - (x[before] - x[i]) * (meanY - y[before]));
            if (area > largest) {
                largest = area;
                best = i;
            }
        }
        return best;
    }

    /// Where a bucket starts: the first and the last point have one of their own, the others share the rest evenly.
    private static int start(int bucket, int length, int limit) {
        return bucket == limit ? length : 1 + (int) ((bucket - 1L) * (length - 2) / (limit - 2));
    }
}
