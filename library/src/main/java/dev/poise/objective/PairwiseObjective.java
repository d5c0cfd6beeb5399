package dev.poise.objective;

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
    record Pair(double good, double bad, double referenceGood, double referenceBad, int goodTokens, int badTokens) {

        /// log π(y⁺|x) − log π_ref(y⁺|x).
        public double goodRatio() {
            return good - referenceGood;
        }

        /// log π(y⁻|x) − log π_ref(y⁻|x).
        public double badRatio() {
            return bad - referenceBad;
        }
    }

    /// Loss of one pair and its two derivatives.
    ///
    /// @param loss ℓ
    /// @param byGood ∂ℓ/∂log π(y⁺|x)
    /// @param byBad ∂ℓ/∂log π(y⁻|x)
    record PairLoss(double loss, double byGood, double byBad) {}

    /// The loss of one pair.
    PairLoss of(Pair pair);

    /// Pair i of a batch, as this objective reads it.
    default Pair pair(Batch batch, int i) {
        Examples good = batch.good();
        Examples bad = batch.bad();
        return new Pair(
                good.logProbs()[i],
                bad.logProbs()[i],
                needsReference() ? good.reference()[i] : 0,
                needsReference() ? bad.reference()[i] : 0,
                good.tokens()[i],
                bad.tokens()[i]);
    }

    @Override
    default Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        double loss = 0;
        double[] byGood = new double[pairs];
        double[] byBad = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            PairLoss term = of(pair(batch, i));
            loss += term.loss() / totals.examples();
            byGood[i] = term.byGood() / totals.examples();
            byBad[i] = term.byBad() / totals.examples();
        }
        return new Evaluation(loss, byGood, byBad);
    }
}
