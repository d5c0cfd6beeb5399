package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
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
public record BcoUnpaired(double beta, double desirable, double undesirable, Shift shift) implements Objective {

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
    public Set<Need> needs() {
        return shift == Shift.NONE
                ? EnumSet.of(Need.LABELS, Need.REFERENCE)
                : EnumSet.of(Need.LABELS, Need.REFERENCE, Need.WHOLE_STEP);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        double[] good = batch.good().ratios();
        double[] bad = batch.bad().ratios();
        double mean = DoubleStream.concat(Arrays.stream(good), Arrays.stream(bad))
                .average()
                .orElse(0);
        double delta = shift == Shift.NONE ? 0 : beta * mean;
        DoubleUnaryOperator logit = ratio -> beta * ratio - delta;
        double loss = desirable
                        * Arrays.stream(good)
                                .map(logit)
                                .map(Logistic::negativeLogSigmoid)
                                .sum()
                + undesirable
                        * Arrays.stream(bad)
                                .map(logit)
                                .map(z -> Logistic.negativeLogSigmoid(-z))
                                .sum();
        double perGood = desirable * beta / totals.examples();
        double perBad = undesirable * beta / totals.examples();
        return new Evaluation(
                loss / totals.examples(),
                Arrays.stream(good)
                        .map(logit)
                        .map(z -> -perGood * Logistic.sigmoid(-z))
                        .toArray(),
                Arrays.stream(bad)
                        .map(logit)
                        .map(z -> perBad * Logistic.sigmoid(z))
                        .toArray());
    }
}
