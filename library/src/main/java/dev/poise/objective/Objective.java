package dev.poise.objective;

import java.util.List;
import java.util.Set;

/// What a run optimises: a function of log-probabilities that returns the loss and its derivatives.
///
/// Implementations are pure: the same batch and totals give the same evaluation, and nothing else happens. Users add
/// their own by implementing this interface.
public interface Objective {

    /// What must be measured for it.
    Set<Need> needs();

    /// Whether the reference policy's log-probabilities are read.
    default boolean needsReference() {
        return needs().contains(Need.REFERENCE);
    }

    /// Whether good and bad examples are read in pairs.
    default boolean needsPairs() {
        return needs().contains(Need.PAIRS);
    }

    /// β: what log π − log π_ref is multiplied by where it is reported as a reward. 1 for an objective without a β.
    default double rewardScale() {
        return 1;
    }

    /// What whoever runs it should be told before, a sentence each; usually nothing.
    default List<String> remarks() {
        return List.of();
    }

    /// The loss of `batch` as its share of a step with the denominators `totals`, and its derivatives.
    ///
    /// The batch is a part of the step or, for an objective that needs [Need#WHOLE_STEP], all of it.
    Evaluation evaluate(Batch batch, Totals totals);
}
