package dev.poise.objective;

import dev.poise.objective.Mixture.Term;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Contrastive preference optimisation: a reference-free preference term and likelihood of the good examples.
///
/// With log-probabilities a± summed over tokens, per pair, and the token mean of [Mle] over the step:
///
/// ```
/// L = mean(−(1 − ε) log σ(β(a⁺ − a⁻)) − ε log σ(−β(a⁺ − a⁻))) + λ L_MLE
/// ```
///
/// Source: Xu et al. 2024, eq. 3 and 4 (<https://arxiv.org/abs/2401.08417>); TRL's `CPOTrainer` with `sigmoid`, λ
/// its `cpo_alpha`.
///
/// @param beta β > 0, 1/nat
/// @param likelihood λ ≥ 0; TRL's default is 1
/// @param labelSmoothing ε in [0, 0.5)
public record Cpo(double beta, double likelihood, double labelSmoothing) implements Objective {

    public Cpo {
        Domain.positive("cpo", "beta", beta);
        Domain.notNegative("cpo", "likelihood", likelihood);
        Domain.labelSmoothing("cpo", labelSmoothing);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        SimPo preference = new SimPo(beta, 0, 0, labelSmoothing, Normalise.NONE);
        return new Mixture(List.of(new Term(preference, 1), new Term(new Mle(), likelihood))).evaluate(batch, totals);
    }
}
