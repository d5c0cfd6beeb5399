package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// Holds the good example's likelihood near the reference's: the regulariser of the over-optimisation paper's
/// hinge.
///
/// With log π(y⁺|x) and log π_ref(y⁺|x) averaged over tokens, ā⁺ and r̄⁺, per example:
///
/// ```
/// ℓ  = log(1 + e^(1 − (ā⁺ − r̄⁺)))
/// w⁺ = σ(1 − (ā⁺ − r̄⁺)) / |y⁺|,  w⁻ = 0
/// ```
///
/// At ā⁺ = r̄⁺ the loss is log(1 + e) and the weight of a token 0.73; it fades as the likelihood rises above.
///
/// Source: arXiv 2410.11677, section 3.1, L_reg; token averages as for its hinge.
public record Anchor() implements Objective {

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.REFERENCE);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        Examples good = batch.good();
        double loss = 0;
        double[] byGood = new double[good.size()];
        for (int i = 0; i < good.size(); i++) {
            double length = Normalise.TOKENS.length(good.tokens()[i]);
            double rise = (good.logProbs()[i] - good.reference()[i]) / length; // ā⁺ − r̄⁺
            loss += Logistic.negativeLogSigmoid(rise - 1) / totals.examples();
            byGood[i] = -Logistic.sigmoid(1 - rise) / length / totals.examples();
        }
        return new Evaluation(loss, byGood, new double[batch.bad().size()]);
    }
}
