package dev.poise.objective;

/// What an objective reads besides the summed log-probabilities of good examples.
///
/// A run measures only what its objective needs, so that what one of them reads costs the others nothing, and a
/// recipe that cannot supply it is refused before any work.
public enum Need {
    /// Log-probabilities under the reference policy.
    REFERENCE,
    /// Pairs: bad examples, one for each good one.
    PAIRS,
    /// The scores that a reward model gives the examples, in place of log-probabilities.
    SCORES,
    /// Labelled single examples: good and bad ones, in any number of each.
    LABELS,
    /// The log-probability of every trained token.
    TOKENS,
    /// The log-probability of every trained token under the reference policy.
    REFERENCE_TOKENS,
    /// log Σ p² of the next-token distribution at every trained token.
    COLLISIONS,
    /// Entropy and mass of the likeliest tokens at every trained token.
    SPREAD,
    /// Log-probabilities of the good examples' prompts.
    PROMPTS,
    /// Completions of other examples behind each example's prompt.
    MISMATCHED,
    /// What was noted of sampled examples when they were drawn: advantages and log-probabilities.
    ROLLOUTS,
    /// All examples of an optimiser step at once: the loss is no sum over examples.
    WHOLE_STEP
}
