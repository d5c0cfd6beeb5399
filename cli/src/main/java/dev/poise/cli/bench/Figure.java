package dev.poise.cli.bench;

/// One number that compares nothing.
///
/// @param work what it belongs to
/// @param name what was measured or counted
/// @param value what came out
/// @param unit its unit
public record Figure(String work, String name, double value, String unit) {}
