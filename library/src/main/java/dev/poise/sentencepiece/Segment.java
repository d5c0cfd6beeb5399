package dev.poise.sentencepiece;

/// One piece of a normalised text.
///
/// @param id of the piece; that of the unknown one where the stretch has none
/// @param from its first byte
/// @param to behind its last byte
record Segment(int id, int from, int to) {}
