package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import java.util.Locale;

/// How pages write an estimate in a sentence.
final class Figures {

    private Figures() {}

    /// A value with its interval behind it, such as `+0.405 (+0.402 to +0.408)`.
    ///
    /// @param format of each of the three numbers
    static String text(Estimate estimate, String format) {
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ")",
                estimate.value(),
                estimate.interval().low(),
                estimate.interval().high());
    }
}
