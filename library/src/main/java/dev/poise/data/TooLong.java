package dev.poise.data;

/// What becomes of a row that holds more tokens than allowed.
public enum TooLong {
    /// Keep the start, cut the end off.
    CUT,
    /// Leave the row out.
    DROP,
    /// Stop with the row's file and line.
    STOP
}
