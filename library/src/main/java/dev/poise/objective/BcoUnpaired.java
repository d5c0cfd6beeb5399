package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.DoubleStream;

/// Binary classifier optimisation: a logistic classifier of labelled examples whose logit is the implicit reward.
///
/// With the reward ρ = β (log π(y|x) − log π_ref(y|x)), sums over tokens, per example, N examples in the step:
///
/// ```
/// good  ℓ = −λ⁺ log σ(ρ − δ)          w⁺ = λ⁺ β σ(δ − ρ)
/// bad   ℓ = −λ⁻ log σ(δ − ρ)          w⁻ = λ⁻ β σ(ρ − δ)
/// ```
///
/// L is the mean over the N examples. Under `STEP_MEAN` δ is the mean reward of all examples of the step, taken as
/// a constant; TRL's `BCOTrainer` keeps a running mean over all steps, which on the first step is the same. Under
/// `NONE` δ = 0.
///
/// Source: Jung et al. 2024, eq. 7 (<https://arxiv.org/abs/2404.04656>).
///
/// @param beta β > 0, 1/nat
/// @param desirable λ⁺ ≥ 0
/// @param undesirable λ⁻ ≥ 0
/// @param shift what δ is
public record BcoUnpaired(double beta, double desirable, double undesirable, Shift shift) implements LabelledObjective {

    /// What rewards are compared with.
    public enum Shift {
        /// The mean reward of the step.
        STEP_MEAN,
        /// 0.
        NONE
    }

    public BcoUnpaired {
        Domain.positive("bco_unpaired", "beta", beta);
        Domain.notNegative("bco_unpaired", "desirable", desirable);
        Domain.notNegative("bco_unpaired", "undesirable", undesirable);
    }

    @Override
    public Set<Need> originNeeds() {
        return shift == Shift.NONE ? EnumSet.noneOf(Need.class) : EnumSet.of(Need.WHOLE_STEP);
    }

    @Override
    public double origin(Batch step) {
        return shift == Shift.NONE
                ? 0
                : DoubleStream.concat(
                                Arrays.stream(step.good().ratios()),
                                Arrays.stream(step.bad().ratios()))
                        .average()
                        .orElse(0);
    }

    @Override
    public AtReward at(double z) {
        return new AtReward(Logistic.negativeLogSigmoid(z), -Logistic.sigmoid(-z));
    }
}
