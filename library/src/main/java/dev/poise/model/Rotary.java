package dev.poise.model;

import java.util.Arrays;

/// Rotary positions of a layer (Su et al. 2021, <https://arxiv.org/abs/2104.09864>): by which angle each pair of
/// coordinates of a head turns from one position to the next.
///
/// Coordinate i is paired with i + r/2, r being the rotated width; coordinates from r on do not turn.
public sealed interface Rotary {

    /// Radians a position of every pair, `[r / 2]`, in a sequence of some tokens.
    ///
    /// @param length tokens of the whole sequence
    double[] frequencies(int length);

    /// What rotated queries and keys are multiplied by, so that their products are by its square.
    double magnitude();

    /// The longest sequence, in tokens, that has the frequencies of shorter ones.
    int steady();

    /// Rotated coordinates of a head.
    default int width() {
        return 2 * frequencies(1).length;
    }

    /// Whether the frequencies of two lengths differ.
    default boolean differ(int length, int other) {
        return !Arrays.equals(frequencies(length), frequencies(other));
    }

    /// The same frequencies in sequences of any length.
    ///
    /// @param frequencies radians a position of every pair, `[r / 2]`
    /// @param magnitude what rotated queries and keys are multiplied by
    record Fixed(double[] frequencies, double magnitude) implements Rotary {
        @Override
        public double[] frequencies(int length) {
            return frequencies;
        }

        @Override
        public int steady() {
            return Integer.MAX_VALUE;
        }
    }

    /// LongRoPE (Ding et al. 2024, <https://arxiv.org/abs/2402.13753>): other frequencies in sequences that are longer
    /// than the first training's.
    ///
    /// @param brief radians a position in sequences of up to `steady` tokens, `[r / 2]`
    /// @param extended the same in longer ones
    /// @param steady tokens of the longest sequence that counts as short
    /// @param magnitude what rotated queries and keys are multiplied by
    record LongRope(double[] brief, double[] extended, int steady, double magnitude) implements Rotary {
        @Override
        public double[] frequencies(int length) {
            return length > steady ? extended : brief;
        }
    }

    /// Dynamic NTK-aware scaling: beyond the trained context the base grows with the sequence, to
    /// θ (f L / T − (f − 1))^(r / (r − 2)). Source: `transformers`' `dynamic` RoPE, which credits the Reddit users
    /// bloc97 and emozilla.
    ///
    /// @param theta the base θ
    /// @param rotated r, at least 4
    /// @param factor f, by which the context may grow, at least 1
    /// @param steady T, the trained context in tokens
    record DynamicNtk(double theta, int rotated, double factor, int steady) implements Rotary {
        @Override
        public double[] frequencies(int length) {
            double stretch = factor * Math.max(length, steady) / steady - (factor - 1);
            return geometric(theta * Math.pow(stretch, rotated / (rotated - 2.0)), rotated);
        }

        @Override
        public double magnitude() {
            return 1;
        }

        /// The longest sequence it is for, in tokens.
        int longest() {
            return (int) (steady * factor);
        }
    }

    /// θ^(−2i/r), the frequencies of the paper, `[r / 2]`.
    static double[] geometric(double theta, int rotated) {
        double[] frequencies = new double[rotated / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / rotated);
        }
        return frequencies;
    }
}
