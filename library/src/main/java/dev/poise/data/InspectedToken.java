package dev.poise.data;

/// One token of a row.
///
/// @param id its id
/// @param text its text as a person reads it
/// @param trained whether its log-probability counts
public record InspectedToken(int id, String text, boolean trained) {}
