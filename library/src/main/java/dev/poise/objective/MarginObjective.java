package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// A pairwise objective that reads a pair only through one [Margin] D: ℓ = ℓ(D).
///
/// ```
/// w⁺ = −ℓ′(D) ∂D/∂log π(y⁺|x)
/// w⁻ =  ℓ′(D) ∂D/∂log π(y⁻|x)
/// ```
public interface MarginObjective extends PairwiseObjective {

    /// ℓ and ℓ′ at one margin.
    ///
    /// @param loss ℓ(D)
    /// @param slope ∂ℓ/∂D
    record AtMargin(double loss, double slope) {}

    /// What the pair is compared by.
    Margin margin();

    /// The loss at a margin D.
    AtMargin at(double margin);

    @Override
    default Set<Need> needs() {
        return margin().reference() ? EnumSet.of(Need.PAIRS, Need.REFERENCE) : EnumSet.of(Need.PAIRS);
    }

    @Override
    default PairLoss of(Pair pair) {
        Margin.Value value = margin().of(pair);
        AtMargin at = at(value.value());
        return new PairLoss(at.loss(), at.slope() * value.byGood(), at.slope() * value.byBad());
    }
}
