package dev.poise.objective;

/// log(1 − f) of a probability f = eᵃ that is known by its logarithm, exact to rounding.
///
/// As f tends to 1 the value tends to −∞. Where 1 − f falls below a floor it goes on along its tangent: finite, and
/// still with the slope that drives f away from 1, −1/floor, where a clamp would have none.
///
/// @param floor where the tangent takes over, in (0, 1)
record Complement(double floor) {

    /// Of whole sequences; the floor of the unlikelihood paper's code for sequences.
    static final Complement OF_SEQUENCE = new Complement(1e-20);

    /// Of single tokens; the floor of the unlikelihood paper's code for tokens.
    static final Complement OF_TOKEN = new Complement(1e-5);

    /// log(1 − eᵃ).
    double log(double a) {
        double last = Math.log1p(-floor);
        if (a > last) {
            return Math.log(floor) + slope(last) * (a - last);
        }
        return a > -Math.log(2) ? Math.log(-Math.expm1(a)) : Math.log1p(-Math.exp(a));
    }

    /// ∂ log(1 − eᵃ)/∂a = −f / (1 − f).
    double slope(double a) {
        double held = Math.min(a, Math.log1p(-floor));
        return Math.exp(held) / Math.expm1(held);
    }
}
