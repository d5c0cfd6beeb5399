package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Unlikelihood token by token: lowers the probability of every token of the bad example in its own context.
///
/// With a⁺ = log π(y⁺|x) summed over tokens and pₜ = π(y⁻ₜ|x, y⁻₍<ₜ₎), per pair:
///
/// ```
/// ℓ   = −a⁺ − α Σₜ log(1 − pₜ)
/// w⁺  = 1,  w⁻ₜ = α pₜ / (1 − pₜ) for every token
/// ```
///
/// Unlike the sequence form it does not underflow; tokens that both examples share are punished too. Below 1 − pₜ
/// = 10⁻⁵ the loss goes on along its tangent, where the source clamps and has no gradient.
///
/// Source: Welleck et al. 2020, eq. 4 (<https://arxiv.org/abs/1908.04319>), with the bad example's own token as
/// the only negative candidate, and a mean over pairs of sums; this reading for pairs is our derivation.
///
/// @param alpha α ≥ 0, how much the bad example counts; 1 in the source
public record TokenUnlikelihood(double alpha) implements Objective {

    public TokenUnlikelihood {
        Domain.notNegative("token_unlikelihood", "alpha", alpha);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS, Need.TOKENS);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        double[] byGood = new double[pairs];
        Arrays.fill(byGood, -1.0 / totals.examples());
        double loss = 0;
        double[][] byBadTokens = new double[pairs][];
        for (int i = 0; i < pairs; i++) {
            double[] tokens = batch.bad().byToken().logProbs()[i];
            loss -= batch.good().logProbs()[i] / totals.examples();
            for (double logProb : tokens) {
                loss -= alpha * Complement.OF_TOKEN.log(logProb) / totals.examples();
            }
            byBadTokens[i] = Arrays.stream(tokens)
                    .map(logProb -> -alpha * Complement.OF_TOKEN.slope(logProb) / totals.examples())
                    .toArray();
        }
        return new Evaluation(loss, byGood, new double[pairs], new double[0][], byBadTokens);
    }
}
