package dev.poise.bandit;

import java.util.Locale;

/// Which length is wanted, and what the preferences that say so are made of: the three regimes of coverage that
/// arXiv 2404.14367 tells apart.
///
/// Source: its length problems, section 5. The rewards r = −|y| and r = −||y| − mode| are ours after its words; it
/// states no formula.
public enum LengthGoal {
    /// Short ones: what is best is rare under the reference, and the data covers what the reference does.
    MIN,
    /// What is most common under the reference: what is best and what is likely are one.
    MODE,
    /// Short ones, and the data's answers were cut at random: what is best is rare under the reference, and the data
    /// lies where the reference does not.
    SKEW;

    /// What a length is really worth, in its own unit; higher is better.
    ///
    /// @param mode the most common length
    public double worth(double length, double mode) {
        return switch (this) {
            case MIN, SKEW -> -length;
            case MODE -> -Math.abs(length - mode);
        };
    }

    /// What is measured in words: minus the worth.
    public String measure() {
        return switch (this) {
            case MIN, SKEW -> "mean length";
            case MODE -> "mean distance to the mode";
        };
    }

    /// As options and pages write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
