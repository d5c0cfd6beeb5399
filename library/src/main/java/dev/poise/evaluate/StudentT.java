package dev.poise.evaluate;

/// Student's t distribution, as far as a two-sided 95 % interval needs it.
///
/// Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4 (finite sums for
/// whole degrees of freedom), 26.7.5 (expansion of the quantile around the normal one).
final class StudentT {

    /// Beyond this the expansion's first left-out term, of the order of ν⁻⁵, is below rounding.
    private static final long LONGEST_SUM = 2000;

    private StudentT() {}

    /// The t that |T| stays below with probability 0.95.
    ///
    /// @param freedom ν, degrees of freedom, at least 1
    static double criticalValue(long freedom) {
        if (freedom < 1) {
            throw new IllegalArgumentException("degrees of freedom must be at least 1, got " + freedom);
        }
        if (freedom > LONGEST_SUM) {
            return expansion((double) freedom);
        }
        double low = 0;
        double high = 13; // The widest, ν = 1, is 12.706.
        for (double middle = 6.5; low < middle && middle < high; middle = (low + high) / 2) {
            if (probabilityWithin(middle, (int) freedom) < Interval.LEVEL) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /// P(|T| < t) for ν degrees of freedom.
    static double probabilityWithin(double t, int freedom) {
        double angle = Math.atan(t / Math.sqrt(freedom));
        double cosine = Math.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = 0;
        for (int power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
            sum += term;
            term *= cosine * cosine * (power + 1) / (power + 2);
        }
        double area = Math.sin(angle) * sum;
        return odd ? 2 / Math.PI * (angle + area) : area;
    }

    private static double expansion(double freedom) {
        double x = Interval.Z;
        double x2 = x * x;
        double first = x * (x2 + 1) / 4;
        double second = x * ((5 * x2 + 16) * x2 + 3) / 96;
        double third = x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / 384;
        double fourth = x * ((((79 * x2 + 776) * x2 + 1482) * x2 - 1920) * x2 - 945) / 92160;
        return x + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom;
    }
}
