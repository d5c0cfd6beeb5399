package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Log-likelihood weighted by advantage: REINFORCE, RLOO, and with weights that are never negative best-of-N,
/// ReST and reward-weighted regression.
///
/// ```
/// L            = −mean_i Σ_t A_it log π(y_it|x, y_i<t)      + β KL
/// ∂L/∂log π_it = −A_it / N                                  sequence_sums
///                −A_it / (N |y_i|)                          sequence_means
///                −A_it / T                                  tokens
/// ```
///
/// On the first step on a round and with `sequence_sums` this is the gradient of the expected reward; on later
/// ones the samples are an older policy's and nothing corrects for it. [Clipped] does.
///
/// Source: Williams 1992; RLOO: Ahmadian et al. 2024, eq. 8 (<https://arxiv.org/abs/2402.14740>); the others as
/// in arXiv 2404.14367, where they differ in A alone.
///
/// @param credit A
/// @param penalty β KL
/// @param mean what is averaged
public record PolicyGradient(Credit credit, Penalty penalty, Mle.Mean mean) implements RewardedObjective {

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
            double[] logProbs = good.byToken().logProbs()[i];
            double weight = mean.weight(totals, good.tokens()[i]);
            byToken[i] = Arrays.stream(advantages).map(a -> -a * weight).toArray();
            for (int t = 0; t < advantages.length; t++) {
                loss += byToken[i][t] * logProbs[t];
            }
            PairwiseObjective.PairLoss divergence = penalty.of(good, i, totals.examples());
            loss += divergence.loss();
            bySum[i] = divergence.byGood();
        }
        return new Evaluation(loss, bySum, new double[batch.bad().size()], byToken, new double[0][]);
    }
}
