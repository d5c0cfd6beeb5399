package dev.poise.model;

/// A stretch of a flat batch whose tokens attend to each other causally, and to all of an earlier stretch.
///
/// A plain row is one segment without a prefix. A prompt with K completions is K + 1 segments: the prompt, and one a
/// completion with the prompt as its prefix; completions never see each other.
///
/// @param start index of the first token in the flat batch
/// @param length tokens
/// @param prefixStart index of the prefix's first token; 0 where there is none
/// @param prefixLength tokens of the prefix, all of which every token of the segment sees
public record Segment(int start, int length, int prefixStart, int prefixLength) {}
