package dev.poise.objective;

/// An objective of sampled answers and their rewards.
///
/// What an answer is credited with is decided once, when its round is drawn; what a step makes of it, at every
/// step.
public sealed interface RewardedObjective extends Objective permits PolicyGradient, Clipped {

    /// How rewards become advantages.
    Credit credit();

    /// The divergence from the reference that is paid for.
    Penalty penalty();
}
