package dev.poise.sample;

/// A sampled completion as text.
///
/// @param text what it adds to its prompt, without the token that ended it. A leading space stays: prompt and text
///     together are what was sampled.
/// @param sample the same as tokens
public record TextSample(String text, Sample sample) {}
