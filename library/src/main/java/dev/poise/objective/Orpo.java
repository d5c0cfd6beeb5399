package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Odds ratio preference optimisation: likelihood of the good example, and the odds of good against bad, no
/// reference.
///
/// With log-probabilities averaged over tokens ā±, odds(ā) = eᵃ̄ / (1 − eᵃ̄), over the step:
///
/// ```
/// z  = log odds(ā⁺) − log odds(ā⁻)
/// L  = L_NLL + β mean(−log σ(z))
/// w± of the second term = β σ(−z) / ((1 − eᵃ̄±) |y±|)
/// ```
///
/// L_NLL is the token mean over the good examples of the step: with their prompts in TRL, without in
/// LLaMA-Factory. Where 1 − eᵃ̄ falls below 10⁻²⁰ its logarithm goes on along the tangent.
///
/// Source: Hong et al. 2024, eq. 6 and 7 (<https://arxiv.org/abs/2403.07691>), λ as β; TRL's `ORPOTrainer`.
///
/// @param beta β > 0, the weight of the odds ratio
/// @param likelihood over which tokens L_NLL goes
public record Orpo(double beta, Likelihood likelihood) implements Objective {

    /// Whose tokens the likelihood term counts.
    public enum Likelihood {
        /// The good example's and its prompt's, but for the very first: TRL's.
        PROMPT_AND_COMPLETION,
        /// The good example's: LLaMA-Factory's.
        COMPLETION
    }

    public Orpo {
        Domain.positive("orpo", "beta", beta);
    }

    @Override
    public Set<Need> needs() {
        return likelihood == Likelihood.COMPLETION ? EnumSet.of(Need.PAIRS) : EnumSet.of(Need.PAIRS, Need.PROMPTS);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        boolean prompted = likelihood == Likelihood.PROMPT_AND_COMPLETION;
        double perToken = 1.0 / (totals.tokens() + (prompted ? totals.promptTokens() : 0));
        double loss = 0;
        double[] byGood = new double[pairs];
        double[] byBad = new double[pairs];
        double[] byPrompts = new double[prompted ? pairs : 0];
        Arrays.fill(byPrompts, -perToken);
        for (int i = 0; i < pairs; i++) {
            double goodLength = Math.max(batch.good().tokens()[i], 1);
            double badLength = Math.max(batch.bad().tokens()[i], 1);
            double good = batch.good().logProbs()[i] / goodLength;
            double bad = batch.bad().logProbs()[i] / badLength;
            double ratio = good - bad - (Complement.OF_SEQUENCE.log(good) - Complement.OF_SEQUENCE.log(bad)); // z
            double weight = beta * Logistic.sigmoid(-ratio) / totals.examples();
            loss += beta * Logistic.negativeLogSigmoid(ratio) / totals.examples()
                    - perToken
                            * (batch.good().logProbs()[i]
                                    + (prompted ? batch.prompts().logProbs()[i] : 0));
            byGood[i] = -perToken - weight * (1 - Complement.OF_SEQUENCE.slope(good)) / goodLength;
            byBad[i] = weight * (1 - Complement.OF_SEQUENCE.slope(bad)) / badLength;
        }
        return new Evaluation(loss, byGood, byBad, new double[0][], new double[0][], byPrompts);
    }
}
