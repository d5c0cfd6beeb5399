package dev.poise.sample;

/// A sampled completion.
///
/// @param tokens what was drawn; where the model ended it, the ending token is the last
/// @param logProbs log π(y_t | x, y_<t) of every token under the model itself, at temperature 1 and uncut, nats
/// @param ended whether the model ended it, rather than the limit on its length
public record Sample(int[] tokens, double[] logProbs, boolean ended) {}
