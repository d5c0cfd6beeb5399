package dev.poise.data;

/// A good row that holds no example: nothing in it is preferred to anything else.
///
/// @param source where it was read
/// @param reason what ties, in one line
public record Undecided(Source source, String reason) implements Row {}
