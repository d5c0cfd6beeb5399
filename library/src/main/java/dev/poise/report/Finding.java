package dev.poise.report;

/// What in a run deserves a second look.
///
/// @param title the thing's name, two or three words
/// @param text what was seen, with its numbers, what it means, and what to do
public record Finding(String title, String text) {}
