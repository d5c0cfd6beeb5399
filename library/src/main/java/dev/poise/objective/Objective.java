package dev.poise.objective;

/// What a run optimises: a function of log-probabilities that returns the loss and its derivatives.
///
/// Implementations are pure: the same batch and totals give the same evaluation, and nothing else happens. Users add
/// their own by implementing this interface.
public interface Objective {

    /// Whether the reference policy's log-probabilities are read.
    boolean needsReference();

    /// Whether bad examples are read, and so whether the data must be pairs.
    boolean needsPairs();

    /// β: what log π − log π_ref is multiplied by where it is reported as a reward. 1 for an objective without a β.
    default double rewardScale() {
        return 1;
    }

    /// The loss of `batch` as its share of a step with the denominators `totals`, and its derivatives.
    Evaluation evaluate(Batch batch, Totals totals);
}
