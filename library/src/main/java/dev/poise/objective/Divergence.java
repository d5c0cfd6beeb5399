package dev.poise.objective;

/// How an implicit reward grows with the log-ratio r = log π − log π_ref: the divergence from the reference that
/// the objective was derived for.
///
/// An f-divergence D_f(π ‖ π_ref) = E[f(π/π_ref)] gives the reward s = f′(eʳ). Source: Wang et al. 2023, theorem 1
/// (<https://arxiv.org/abs/2309.16240>); constants and names as TRL has them. The constants cancel in differences,
/// but not where each side is divided by its own length.
public sealed interface Divergence {

    /// s(r).
    double score(double r);

    /// ∂s/∂r.
    double slope(double r);

    /// KL(π ‖ π_ref), the usual one: s = r.
    record ReverseKl() implements Divergence {

        @Override
        public double score(double r) {
            return r;
        }

        @Override
        public double slope(double r) {
            return 1;
        }
    }

    /// KL(π_ref ‖ π): s = 1 − e^−r. The exponent is held at 700, so that r = −10⁵ stays finite.
    record ForwardKl() implements Divergence {

        private static final double LARGEST_EXPONENT = 700;

        @Override
        public double score(double r) {
            return -Math.expm1(Math.min(-r, LARGEST_EXPONENT));
        }

        @Override
        public double slope(double r) {
            return -r > LARGEST_EXPONENT ? 0 : Math.exp(-r);
        }
    }

    /// Jensen-Shannon: s = ln 2 + log σ(r), which never exceeds ln 2.
    record JensenShannon() implements Divergence {

        @Override
        public double score(double r) {
            return Math.log(2) - Logistic.negativeLogSigmoid(r);
        }

        @Override
        public double slope(double r) {
            return Logistic.sigmoid(-r);
        }
    }

    /// α-divergence: s = (e^((α − 1) r) − 1) / (α − 1), which is reverse KL at α = 1 and forward KL at α = 0.
    ///
    /// As in TRL the exponent is held at 80, and |α − 1| < 10⁻⁶ counts as 1.
    ///
    /// @param coefficient α, finite
    record Alpha(double coefficient) implements Divergence {

        private static final double LARGEST_EXPONENT = 80;

        public Alpha {
            Domain.finite("alpha_divergence", "coefficient", coefficient);
        }

        private boolean isReverseKl() {
            return Math.abs(coefficient - 1) < 1e-6;
        }

        @Override
        public double score(double r) {
            return isReverseKl()
                    ? r
                    : Math.expm1(Math.min((coefficient - 1) * r, LARGEST_EXPONENT)) / (coefficient - 1);
        }

        @Override
        public double slope(double r) {
            if (isReverseKl()) {
                return 1;
            }
            double exponent = (coefficient - 1) * r;
            return exponent > LARGEST_EXPONENT ? 0 : Math.exp(exponent);
        }
    }
}
