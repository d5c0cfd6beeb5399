package dev.poise.objective;

/// Checks of parameters, each with a message that says what is legal.
final class Domain {

    private Domain() {}

    static void positive(String where, String name, double value) {
        require(value > 0 && value < Double.POSITIVE_INFINITY, where, name, "positive and finite", value);
    }

    static void notNegative(String where, String name, double value) {
        require(value >= 0 && value < Double.POSITIVE_INFINITY, where, name, "finite and not negative", value);
    }

    static void finite(String where, String name, double value) {
        require(Double.isFinite(value), where, name, "finite", value);
    }

    /// ε of a loss that mixes both labels: below 1/2, where they would cancel.
    static void labelSmoothing(String where, double value) {
        require(value >= 0 && value < 0.5, where, "labelSmoothing", "in [0, 0.5)", value);
    }

    /// @param legal as it follows "must be"
    static void require(boolean holds, String where, String name, String legal, double value) {
        if (!holds) {
            throw new IllegalArgumentException(where + ": " + name + " must be " + legal + ", got " + value);
        }
    }
}
