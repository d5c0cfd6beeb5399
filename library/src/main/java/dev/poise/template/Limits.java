package dev.poise.template;

/// How much one rendering may ask for. Templates come with models from strangers, and values with data.
///
/// @param steps evaluations and comparisons, one each
/// @param bytes memory of all values made on the way, kept or not, by a rough count
/// @param outputChars length of the rendered text
/// @param depth calls within calls, and values within values
public record Limits(long steps, long bytes, int outputChars, int depth) {

    /// Ten times what any known template needs for a conversation of a million characters, and seconds on a
    /// laptop.
    public static final Limits DEFAULT = new Limits(5_000_000, 256L << 20, 16 << 20, 200);

    public Limits {
        if (steps < 1 || bytes < 1 || outputChars < 1 || depth < 1) {
            throw new IllegalArgumentException("limits must be at least 1, got " + steps + " steps, " + bytes
                    + " bytes, " + outputChars + " chars, depth " + depth);
        }
    }
}
