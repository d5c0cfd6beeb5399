package dev.poise.objective;

/// A number with its derivatives by the two log-probabilities of a pair: forward differentiation.
///
/// @param value the number
/// @param byGood its derivative by log π(y⁺|x)
/// @param byBad its derivative by log π(y⁻|x)
record Dual(double value, double byGood, double byBad) {

    static Dual constant(double value) {
        return new Dual(value, 0, 0);
    }

    Dual plus(Dual other) {
        return new Dual(value + other.value, byGood + other.byGood, byBad + other.byBad);
    }

    Dual times(Dual other) {
        return new Dual(
                value * other.value,
                byGood * other.value + value * other.byGood,
                byBad * other.value + value * other.byBad);
    }

    Dual negated() {
        return new Dual(-value, -byGood, -byBad);
    }

    Dual inverse() {
        return through(1 / value, -1 / (value * value));
    }

    /// A function of this number.
    ///
    /// @param result its value
    /// @param slope its derivative
    Dual through(double result, double slope) {
        // Where the number is constant so is the result, also where the slope is infinite.
        return new Dual(result, byGood == 0 ? 0 : slope * byGood, byBad == 0 ? 0 : slope * byBad);
    }
}
