package dev.poise.experiment;

import dev.poise.monitor.Governor;
import dev.poise.objective.Anchor;
import dev.poise.objective.Dpo;
import dev.poise.objective.ExMate;
import dev.poise.objective.Ipo;
import dev.poise.objective.Margin;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.Slic;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One way of tuning: an objective, how strongly it is held back, and what is added against over-optimisation.
///
/// @param family of objectives
/// @param strength of the objective's own regularisation: β of DPO, τ of IPO, α of the hinge
/// @param curb what is added
record Setting(Family family, double strength, Curb curb) {

    /// The objectives of arXiv 2410.11677, section 3.1, each with the regularisation that the paper varies. The
    /// values that the paper took are NOT FOUND; ours span where something happens on a small decoder.
    enum Family {
        /// Sums over tokens, β.
        DPO("DPO β"),
        /// (τΔ − ½)² on sums, the paper's form, τ.
        IPO("IPO τ"),
        /// Token averages without a reference, δ = 1, and α times a likelihood term.
        HINGE("hinge α");

        private final String label;

        Family(String label) {
            this.label = label;
        }

        /// What it is called without a strength.
        String word() {
            return label.substring(0, label.indexOf(' '));
        }

        /// Strengths to compare: three far apart, then three between and beyond.
        List<Double> strengths() {
            return switch (this) {
                case DPO, IPO -> List.of(0.05, 0.2, 1.0, 0.02, 0.1, 0.5);
                case HINGE -> List.of(0.1, 0.5, 2.0, 0.05, 0.2, 1.0);
            };
        }

        private Objective with(double strength) {
            return switch (this) {
                case DPO -> new Dpo(strength, 0);
                case IPO -> new Ipo(strength, Ipo.Form.SCALED, Margin.of(true, Normalise.NONE));
                case HINGE ->
                    new Mixture(List.of(
                            new Mixture.Term(new Slic(1, Normalise.TOKENS), 1),
                            new Mixture.Term(new Anchor(), strength)));
            };
        }
    }

    /// What is added to the objective against over-optimisation.
    sealed interface Curb {}

    /// Nothing.
    record None() implements Curb {}

    /// λ times the mean over answers of −log π(y⁺|x), a mean over tokens.
    record Nll(double lambda) implements Curb {}

    /// λ times ExMATE with c = 1, means over tokens.
    record Matched(double lambda) implements Curb {}

    /// As [Nll], with a λ that the governor adapts from a first value.
    record Governed(double first, double gain) implements Curb {}

    String name() {
        String added =
                switch (curb) {
                    case None() -> "";
                    case Nll(double lambda) -> " + " + brief(lambda) + " NLL";
                    case Matched(double lambda) -> " + " + brief(lambda) + " ExMATE";
                    case Governed(double first, double gain) -> " + governed NLL";
                };
        return family.label + " " + brief(strength) + added;
    }

    /// What is minimised, λ of the curb as it is at the start; the curb is the second term.
    Mixture objective() {
        Mixture.Term main = new Mixture.Term(family.with(strength), 1);
        Objective likelihood = new Mle(Mle.Mean.SEQUENCE_MEANS);
        return new Mixture(
                switch (curb) {
                    case None() -> List.of(main);
                    case Nll(double lambda) -> List.of(main, new Mixture.Term(likelihood, lambda));
                    case Matched(double lambda) ->
                        List.of(main, new Mixture.Term(new ExMate(1, Normalise.TOKENS), lambda));
                    case Governed(double first, double gain) -> List.of(main, new Mixture.Term(likelihood, first));
                });
    }

    /// What adapts λ; nothing does where it is fixed.
    @Nullable
    Governor governor() {
        return curb instanceof Governed(double first, double gain) ? new Governor(1, gain, 0.01, 10, 2) : null;
    }

    private static String brief(double value) {
        return String.format(Locale.ROOT, "%.3g", value).replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
