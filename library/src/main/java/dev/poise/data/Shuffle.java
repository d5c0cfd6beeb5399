package dev.poise.data;

/// Random orders that are the same on every machine and Java version: a function of the seed and nothing else.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, 2014), written out because the platform does not promise the
/// numbers of its own. The order is Fisher and Yates' shuffle.
public final class Shuffle {

    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private Shuffle() {}

    /// The order in which an epoch visits the rows 0 to `rows - 1`.
    ///
    /// @param epoch from 0; every epoch has an order of its own
    public static int[] epoch(int rows, long seed, int epoch) {
        return permutation(rows, mix(mix(seed) + epoch + 1L));
    }

    /// A random order of 0 to `size - 1`.
    static int[] permutation(int size, long seed) {
        int[] order = new int[size];
        for (int index = 0; index < size; index++) {
            order[index] = index;
        }
        long state = seed;
        for (int last = size - 1; last > 0; last--) {
            state += GAMMA;
            // The high half of a 64 by 32 bit product; its bias is below 2^-32 and the same everywhere.
            int other = (int) Math.unsignedMultiplyHigh(mix(state), last + 1L);
            int held = order[last];
            order[last] = order[other];
            order[other] = held;
        }
        return order;
    }

    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
