package dev.poise.gradient;

/// Centred hidden embedding similarity: how alike a model holds two answers, from one forward pass.
///
/// ```
/// S±           = Σₖ hₖ±               from the last prompt token to the last but one of the answer
/// plain        = ⟨S⁺, S⁻⟩ − ‖S⁺‖²
/// normalised   = ⟨S⁺, S⁻⟩ / (|y⁺| |y⁻|) − ‖S⁺‖² / |y⁺|²
/// ```
///
/// Higher is more alike, and so more likely displaced. The hidden states are those behind the final normalisation:
/// what the output head reads. Lengths are those of the answers, never of a padded row. The normalised form
/// compares answers of different lengths; the plain one is high above all where the rejected answer is the longer.
///
/// Source: Razin et al. 2024, both forms (<https://arxiv.org/abs/2410.08847>).
///
/// @param plain squared units of a hidden state
/// @param normalised the same, by tokens
public record Ches(double plain, double normalised) {

    /// From the sums of hidden states.
    ///
    /// @param good S⁺
    /// @param bad S⁻
    /// @param goodTokens |y⁺|, at least 1
    /// @param badTokens |y⁻|, at least 1
    public static Ches of(double[] good, double[] bad, int goodTokens, int badTokens) {
        double across = 0;
        double own = 0;
        for (int d = 0; d < good.length; d++) {
            across += good[d] * bad[d];
            own += good[d] * good[d];
        }
        return new Ches(
                across - own, across / ((double) goodTokens * badTokens) - own / ((double) goodTokens * goodTokens));
    }
}
