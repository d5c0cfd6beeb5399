package dev.poise.objective;

import dev.poise.objective.PairwiseObjective.Pair;

/// How hard a step rewards and penalises a pair: an objective's gradient, without its loss.
@FunctionalInterface
public interface PairWeights {

    /// Both weights of a pair.
    ///
    /// @param good w⁺ = −∂ℓ/∂log π(y⁺|x)
    /// @param bad w⁻ = ∂ℓ/∂log π(y⁻|x)
    record Weights(double good, double bad) {}

    /// The mixed second derivatives that a loss would have, each computed from one of the weights.
    ///
    /// @param ofGood ∂(−w⁺)/∂log π(y⁻|x)
    /// @param ofBad ∂w⁻/∂log π(y⁺|x)
    /// @param error how far either may be off, relative to their size
    record Mixed(double ofGood, double ofBad, double error) {

        /// Whether the two are the same, as the mixed derivatives of any loss are.
        boolean agree() {
            return Math.abs(ofGood - ofBad) <= error * (Math.abs(ofGood) + Math.abs(ofBad)) + Double.MIN_NORMAL;
        }
    }

    /// The weights of a pair.
    Weights of(Pair pair);

    /// The mixed derivatives at a pair, here by central differences.
    default Mixed mixed(Pair pair) {
        double step = 1e-4;
        double above = of(moved(pair, 0, step)).good();
        double below = of(moved(pair, 0, -step)).good();
        double right = of(moved(pair, step, 0)).bad();
        double left = of(moved(pair, -step, 0)).bad();
        double ofGood = -(above - below) / (2 * step);
        double ofBad = (right - left) / (2 * step);
        // Differences of numbers of size w carry a rounding error of about 1e-16 w / step: below it they are 0.
        double noise = 1e-10 * (Math.abs(above) + Math.abs(below) + Math.abs(right) + Math.abs(left));
        return new Mixed(Math.abs(ofGood) < noise ? 0 : ofGood, Math.abs(ofBad) < noise ? 0 : ofBad, 1e-4);
    }

    private static Pair moved(Pair pair, double good, double bad) {
        return new Pair(
                pair.good() + good,
                pair.bad() + bad,
                pair.referenceGood(),
                pair.referenceBad(),
                pair.goodTokens(),
                pair.badTokens());
    }
}
