package dev.poise.objective;

/// The measured examples of a batch: what to reward and what to penalise.
///
/// In a batch of pairs, `good` holds the chosen and `bad` the rejected answers, and entry i of one belongs to
/// entry i of the other. In a batch of demonstrations `bad` is empty.
///
/// @param good y⁺
/// @param bad y⁻
public record Batch(Examples good, Examples bad) {

    /// How many pairs.
    ///
    /// @throws IllegalArgumentException when the sides differ in size
    public int pairs() {
        if (good.size() != bad.size()) {
            throw new IllegalArgumentException("a batch of pairs must have as many bad examples as good ones, got "
                    + bad.size() + " for " + good.size());
        }
        return good.size();
    }
}
