package dev.poise.run;

/// In what the trunk's weights are multiplied. Losses and sums are never less precise than float32.
public enum Precision {
    FLOAT32,
    BFLOAT16,
    /// For checks.
    FLOAT64
}
