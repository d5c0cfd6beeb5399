package dev.poise.objective;

import static java.util.Objects.requireNonNull;

/// An objective that is a mean over pairs of a function of one pair.
public interface PairwiseObjective extends Objective {

    /// What is known of one pair.
    ///
    /// @param good log π(y⁺|x), summed, nats
    /// @param bad log π(y⁻|x), summed, nats
    /// @param referenceGood log π_ref(y⁺|x), summed, nats; 0 for an objective without a reference
    /// @param referenceBad log π_ref(y⁻|x), summed, nats; 0 for an objective without a reference
    /// @param goodTokens |y⁺|
    /// @param badTokens |y⁻|
    record Pair(double good, double bad, double referenceGood, double referenceBad, int goodTokens, int badTokens) {}

    /// Loss of one pair and its two derivatives.
    ///
    /// @param loss ℓ
    /// @param byGood ∂ℓ/∂log π(y⁺|x)
    /// @param byBad ∂ℓ/∂log π(y⁻|x)
    record PairLoss(double loss, double byGood, double byBad) {}

    /// The loss of one pair.
    PairLoss of(Pair pair);

    @Override
    default boolean needsPairs() {
        return true;
    }

    @Override
    default Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        Examples good = batch.good();
        Examples bad = batch.bad();
        double loss = 0;
        double[] byGood = new double[pairs];
        double[] byBad = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            PairLoss term = of(new Pair(
                    good.logProbs()[i],
                    bad.logProbs()[i],
                    needsReference() ? requireNonNull(good.referenceLogProbs(), "referenceLogProbs")[i] : 0,
                    needsReference() ? requireNonNull(bad.referenceLogProbs(), "referenceLogProbs")[i] : 0,
                    good.tokens()[i],
                    bad.tokens()[i]));
            loss += term.loss() / totals.examples();
            byGood[i] = term.byGood() / totals.examples();
            byBad[i] = term.byBad() / totals.examples();
        }
        return new Evaluation(loss, byGood, byBad);
    }
}
