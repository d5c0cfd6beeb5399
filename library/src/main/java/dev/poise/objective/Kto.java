package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Kahneman-Tversky optimisation: every example is good or bad by itself, measured from a point of indifference.
///
/// With r = log π(y|x) − log π_ref(y|x) summed over tokens, per example, N examples of both kinds in the step:
///
/// ```
/// good  ℓ = λ⁺ (1 − σ(β(r − κ)))      w⁺ = λ⁺ β σ′(β(r − κ))
/// bad   ℓ = λ⁻ (1 − σ(β(κ − r)))      w⁻ = λ⁻ β σ′(β(κ − r)),   σ′ = σ (1 − σ)
/// ```
///
/// L is the mean over the N examples. Under `MISMATCHED` κ = max(0, mean of log π(y′|x) − log π_ref(y′|x)) over
/// the step, y′ being other examples' completions, an estimate of KL(π ‖ π_ref) that is taken as a constant; under
/// `NONE` κ = 0, which is the unpaired form of [ApoZero]. Advice for the weights: λ⁺n⁺ / (λ⁻n⁻) in [1, 4/3].
///
/// Source: Ethayarajh et al. 2024, eq. 7 and 8 (<https://arxiv.org/abs/2402.01306>); TRL's `KTOTrainer` with `kto`
/// and `apo_zero_unpaired`.
///
/// @param beta β > 0, 1/nat
/// @param desirable λ⁺ ≥ 0
/// @param undesirable λ⁻ ≥ 0
/// @param indifference where a reward counts neither as gain nor as loss
public record Kto(double beta, double desirable, double undesirable, Indifference indifference)
        implements LabelledObjective {

    /// What κ is.
    public enum Indifference {
        /// The divergence from the reference, estimated on mismatched completions.
        MISMATCHED,
        /// 0.
        NONE
    }

    public Kto {
        Domain.positive("kto", "beta", beta);
        Domain.notNegative("kto", "desirable", desirable);
        Domain.notNegative("kto", "undesirable", undesirable);
    }

    @Override
    public Set<Need> originNeeds() {
        return indifference == Indifference.NONE
                ? EnumSet.noneOf(Need.class)
                : EnumSet.of(Need.MISMATCHED, Need.WHOLE_STEP);
    }

    /// κ of a step: max(0, mean log-ratio of mismatched completions).
    public static double indifference(Examples mismatched) {
        return Math.max(0, Arrays.stream(mismatched.ratios()).average().orElse(0));
    }

    @Override
    public double origin(Batch step) {
        return indifference == Indifference.NONE ? 0 : indifference(step.mismatched());
    }

    @Override
    public AtReward at(double z) {
        return new AtReward(Logistic.sigmoid(-z), -Logistic.slope(z));
    }
}
