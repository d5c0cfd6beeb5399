package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Holds the spread of the next-token distribution: penalises entropy and mass of the ten likeliest tokens where they
/// fall below a target. A regulariser, to stand beside an objective that learns something.
///
/// With Hₜ the entropy of the ten likeliest tokens, renormalised, in bits, Mₜ their mass, and H̄, M̄ their means over
/// the T trained tokens of all good examples of the optimiser step:
///
/// ```
/// L        = λ_H max(0, H* − H̄)² + λ_M max(0, M* − M̄)²
/// ∂L/∂Hₜ   = −2 λ_H max(0, H* − H̄)/T
/// ∂L/∂Mₜ   = −2 λ_M max(0, M* − M̄)/T
/// ```
///
/// The means are held, not every token: a token that is certain may stay so. They are of the whole step, so a step is
/// measured before it is walked back. Log-probabilities are not read, so w⁺ = w⁻ = 0.
///
/// Source: the idea, an explicit term that holds entropy and mass, is that of arXiv 2410.11677, section 5, which gives
/// no formula; this form is ours.
///
/// @param entropy H*, bits, in [0, log₂ 10]; 0 asks for nothing
/// @param mass M*, in [0, 1]; 0 asks for nothing
/// @param entropyWeight λ_H ≥ 0
/// @param massWeight λ_M ≥ 0
public record Spread(double entropy, double mass, double entropyWeight, double massWeight) implements Objective {

    /// The entropy of ten equally likely tokens, bits.
    public static final double MOST_ENTROPY = Math.log(10) / Math.log(2);

    public Spread {
        Domain.require(entropy >= 0 && entropy <= MOST_ENTROPY, "spread", "entropy", "in [0, log2(10)]", entropy);
        Domain.require(mass >= 0 && mass <= 1, "spread", "mass", "in [0, 1]", mass);
        Domain.notNegative("spread", "entropyWeight", entropyWeight);
        Domain.notNegative("spread", "massWeight", massWeight);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.TOKENS, Need.SPREAD, Need.WHOLE_STEP);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        TokenValues tokens = batch.good().byToken();
        double entropyLacking = lacking(entropy, tokens.topEntropies(), totals);
        double massLacking = lacking(mass, tokens.topMasses(), totals);
        double loss = entropyWeight * entropyLacking * entropyLacking + massWeight * massLacking * massLacking;
        return new Evaluation(
                loss,
                new double[batch.good().size()],
                new double[batch.bad().size()],
                new double[0][],
                new double[0][],
                new double[0],
                -2 * entropyWeight * entropyLacking / totals.tokens(),
                -2 * massWeight * massLacking / totals.tokens());
    }

    /// How far the mean over the step's tokens is below its target.
    private static double lacking(double target, double[][] values, Totals totals) {
        double sum = Arrays.stream(values).flatMapToDouble(Arrays::stream).sum();
        return Math.max(0, target - sum / totals.tokens());
    }
}
