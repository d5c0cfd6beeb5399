package dev.poise.model;

/// e^x for whole arrays, with a relative error below 1e-8.
///
/// e^x = (e^(x/1024))^1024: the Taylor polynomial of degree 6 and ten squarings are multiplications only, which the
/// compiler runs in vector registers; `Math.exp` it calls once a number. Arguments are clamped to [−87, 87].
public final class Exponential {

    private Exponential() {}

    /// Replaces the first `count` values by their exponentials.
    public static void of(double[] values, int count) {
        for (int i = 0; i < count; i++) {
            double e = power256(Math.max(-87.0, Math.min(87.0, values[i])) / 1024, 1.0 / 720);
            e *= e;
            e *= e;
            values[i] = e;
        }
    }

    /// e^(x − largest) for numbers of which none is larger, in units of 1/`one`, rounded: softmax but for the sum.
    ///
    /// @param start of the numbers; their exponentials begin at 0
    /// @param one at most 2^30
    public static void of(float[] values, int start, float largest, int count, int one, int[] exponentials) {
        for (int i = 0; i < count; i++) {
            // Above 0 there is nothing, which saves half of the clamp; a degree more saves two squarings.
            double x = Math.max(-87.0, (double) values[start + i] - largest) / 256;
            exponentials[i] = (int) Math.fma(power256(x, Math.fma(x, 1.0 / 5040, 1.0 / 720)), (double) one, 0.5);
        }
    }

    /// (1 + x + x²/2 + … + x⁵/120 + sixth x⁶)^256.
    private static double power256(double x, double sixth) {
        double e = Math.fma(sixth, x, 1.0 / 120);
        e = Math.fma(e, x, 1.0 / 24);
        e = Math.fma(e, x, 1.0 / 6);
        e = Math.fma(e, x, 1.0 / 2);
        e = Math.fma(e, x, 1);
        e = Math.fma(e, x, 1);
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        return e;
    }
}
