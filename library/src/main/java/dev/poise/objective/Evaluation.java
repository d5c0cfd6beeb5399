package dev.poise.objective;

/// A loss and its derivative by every log-probability it was computed from.
///
/// @param loss the batch's share of the step's loss, nats
/// @param byGood ∂loss/∂log π(y⁺|x) of every good example: −w⁺
/// @param byBad ∂loss/∂log π(y⁻|x) of every bad example: w⁻
public record Evaluation(double loss, double[] byGood, double[] byBad) {}
