package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// PPO's clipped surrogate; with advantages of a prompt's own completions, GRPO.
///
/// With ρ_t = π(y_t|x, y_<t)/π_old(y_t|x, y_<t), token by token:
///
/// ```
/// ℓ_t            = max(−A_t ρ_t, −A_t clip(ρ_t, 1 − ε, 1 + ε))      L = mean ℓ_t  + β KL
/// ∂ℓ_t/∂log π_t  = −A_t ρ_t where the first is at least the second, else 0
/// ```
///
/// A token whose probability has moved far enough the way its advantage points gets no more gradient: above 1 +
/// ε where A > 0, below 1 − ε where A < 0. That is what lets samples be reused. At the first step ρ = 1.
///
/// Source: Schulman et al. 2017, eq. 7 (<https://arxiv.org/abs/1707.06347>); GRPO: Shao et al. 2024, eq. 3
/// (<https://arxiv.org/abs/2402.03300>), whose mean is `sequence_means`; `tokens` is DAPO's (arXiv 2503.14476,
/// eq. 8). GRPO's own divergence, k₃ differentiated, is left out: in expectation on-policy it has the gradient
/// of KL(π_ref ‖ π).
///
/// @param clip ε in (0, 1)
/// @param credit A
/// @param penalty β KL
/// @param mean what is averaged
public record Clipped(double clip, Credit credit, Penalty penalty, Mle.Mean mean) implements RewardedObjective {

    public Clipped {
        Domain.require(clip > 0 && clip < 1, "clipped", "clip", "in (0, 1)", clip);
    }

    @Override
    public Set<Need> needs() {
        return penalty.ofSteps()
                ? EnumSet.of(Need.TOKENS, Need.ROLLOUTS, Need.REFERENCE)
                : EnumSet.of(Need.TOKENS, Need.ROLLOUTS);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        Examples good = batch.good();
        double loss = 0;
        double[] bySum = new double[good.size()];
        double[][] byToken = new double[good.size()][];
        for (int i = 0; i < byToken.length; i++) {
            double[] advantages = good.rollouts().advantages()[i];
            double weight = mean.weight(totals, good.tokens()[i]);
            byToken[i] = new double[advantages.length];
            for (int t = 0; t < advantages.length; t++) {
                double ratio = Math.exp(
                        good.byToken().logProbs()[i][t] - good.rollouts().logProbs()[i][t]);
                double free = -advantages[t] * ratio;
                double held = -advantages[t] * Math.clamp(ratio, 1 - clip, 1 + clip);
                loss += weight * Math.max(free, held);
                byToken[i][t] = free >= held ? weight * free : 0;
            }
            PairwiseObjective.PairLoss divergence = penalty.of(good, i, totals.examples());
            loss += divergence.loss();
            bySum[i] = divergence.byGood();
        }
        return new Evaluation(loss, bySum, new double[batch.bad().size()], byToken, new double[0][]);
    }
}
