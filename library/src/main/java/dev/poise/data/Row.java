package dev.poise.data;

/// What came of a row of a data file: an example, a row that cannot be one and why, or one that prefers nothing.
public sealed interface Row permits Example, BadRow, Undecided {

    /// Where it was read.
    Source source();
}
