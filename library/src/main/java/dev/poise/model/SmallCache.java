package dev.poise.model;

import java.util.Arrays;

/// Keys or values of a [SmallRow], coordinate by coordinate, as integers that have a scale in common.
///
/// The scale is a power of two. Where a number does not fit it doubles until it does, and what is there is halved as
/// often: no number is ever further from what was put than 2^-[#BITS] of its coordinate's largest.
final class SmallCache {

    /// Of the largest integer.
    static final int BITS = 26;

    private static final double LARGEST = 1 << BITS;

    private static final double LEAST = 0x1p-100; // the finest scale, below what float32 sums keep

    private final int capacity;
    private final int[] numbers; // [coordinate, capacity]
    private final double[] scales; // [coordinate]

    SmallCache(int coordinates, int capacity) {
        this.capacity = capacity;
        this.numbers = new int[coordinates * capacity];
        this.scales = new double[coordinates];
        Arrays.fill(scales, LEAST);
    }

    /// Puts a number.
    ///
    /// @param position behind all that were put into the coordinate
    /// @throws IllegalStateException when it is not finite
    void put(int coordinate, int position, double value) {
        double size = Math.abs(value);
        if (!(size < Double.POSITIVE_INFINITY)) {
            throw new IllegalStateException("the model's keys and values must be finite, got " + value);
        }
        int start = coordinate * capacity;
        if (size >= scales[coordinate] * LARGEST) {
            int missing = Math.getExponent(size / scales[coordinate]) + 1 - BITS;
            for (int i = start; i < start + position; i++) {
                numbers[i] = missing < Integer.SIZE ? numbers[i] >> missing : 0;
            }
            scales[coordinate] = Math.scalb(scales[coordinate], missing);
        }
        numbers[start + position] = (int) Math.rint(value / scales[coordinate]);
    }

    /// Becomes a copy of another one of the same size.
    void take(SmallCache other) {
        System.arraycopy(other.numbers, 0, numbers, 0, numbers.length);
        System.arraycopy(other.scales, 0, scales, 0, scales.length);
    }

    /// All integers, `[coordinate, capacity]`.
    int[] numbers() {
        return numbers;
    }

    /// What a coordinate's integers are times.
    double scale(int coordinate) {
        return scales[coordinate];
    }
}
