package dev.poise.report;

import org.jspecify.annotations.Nullable;

/// A number of the page's head.
///
/// @param name what it is
/// @param value the number
/// @param low lower end of its interval; null where it has none
/// @param high upper end of its interval; null where it has none
/// @param n sample size; null where there is none to tell
/// @param unit such as `share` (shown in per cent) or `nats`; empty where it has none
/// @param detail how it was computed; empty where its name says it
public record Figure(
        String name,
        double value,
        @Nullable Double low,
        @Nullable Double high,
        @Nullable Long n,
        String unit,
        String detail) {}
