package dev.poise.advise;

import dev.poise.evaluate.Estimate;
import java.util.Locale;

/// Estimates in words: the value, its interval, and the sample size where asked.
public final class Shown {

    private Shown() {}

    /// Such as `31 % (28 to 34)` or `-101 (-104 to -98)`.
    public static String of(Estimate estimate) {
        if (estimate.unit().equals("share")) {
            return percent(estimate.value()) + " % ("
                    + percent(estimate.interval().low()) + " to "
                    + percent(estimate.interval().high()) + ")";
        }
        return number(estimate.value()) + " (" + number(estimate.interval().low()) + " to "
                + number(estimate.interval().high()) + ")";
    }

    /// A share in per cent, to the digits that matter.
    static String percent(double share) {
        double value = 100 * share;
        boolean fine = (value > 0 && value < 9.95) || (value > 99 && value < 100);
        return String.format(Locale.ROOT, fine ? "%.1f" : "%.0f", value);
    }

    /// Three or four significant digits.
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
    }
}
