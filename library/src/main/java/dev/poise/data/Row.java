package dev.poise.data;

/// One row of a data file: an example, or a row that cannot be one and why.
public sealed interface Row permits Example, BadRow {

    /// Where it was read.
    Source source();
}
