package dev.poise.gradient;

import java.util.OptionalDouble;

/// Inner products of g⁺ and g⁻, the gradients of a pair's two summed log-probabilities by some parameters.
///
/// A step of plain gradient descent moves the parameters by η (w⁺ g⁺ − w⁻ g⁻), so that to first order
///
/// ```
/// d log π(y⁺|x) = η (w⁺ ‖g⁺‖² − w⁻ ⟨g⁺, g⁻⟩)
/// d log π(y⁻|x) = η (w⁺ ⟨g⁺, g⁻⟩ − w⁻ ‖g⁻‖²)
/// ```
///
/// and the chosen answer rises where ρ = ⟨g⁺, g⁻⟩/‖g⁺‖² < w⁺/w⁻. An optimiser that scales every parameter's
/// gradient by its own positive number moves them by η D (w⁺ g⁺ − w⁻ g⁻): the same holds with ⟨a, b⟩ = aᵀ D b.
///
/// Source: our derivation; for DPO, where w⁺ = w⁻, it is the gradient entanglement of Yuan et al. 2024
/// (<https://arxiv.org/abs/2410.13828>).
///
/// @param goodGood ‖g⁺‖² = ⟨g⁺, g⁺⟩
/// @param goodBad ⟨g⁺, g⁻⟩
/// @param badBad ‖g⁻‖²
public record InnerProducts(double goodGood, double goodBad, double badBad) {

    /// The first-order change by one step.
    ///
    /// @param learningRate η
    public Change forecast(Weights weights, double learningRate) {
        return new Change(
                learningRate * (weights.good() * goodGood - weights.bad() * goodBad),
                learningRate * (weights.good() * goodBad - weights.bad() * badBad));
    }

    /// ρ = ⟨g⁺, g⁻⟩/‖g⁺‖²: how much of a push on the rejected answer lands on the chosen one.
    public double overlap() {
        return goodBad / goodGood;
    }

    /// ⟨g⁺, g⁻⟩/(‖g⁺‖ ‖g⁻‖), in [−1, 1].
    public double cosine() {
        return goodBad / Math.sqrt(goodGood * badBad);
    }

    /// The smallest λ ≥ 0 with which λ times another objective, added, keeps the chosen answer from falling.
    ///
    /// From (w⁺ + λ v⁺) ‖g⁺‖² ≥ (w⁻ + λ v⁻) ⟨g⁺, g⁻⟩, our derivation:
    ///
    /// ```
    /// λ = (w⁻ ρ − w⁺) / (v⁺ − v⁻ ρ)
    /// ```
    ///
    /// With the summed negative log-likelihood (v⁺ = 1, v⁻ = 0) under DPO it is w (ρ − 1).
    ///
    /// @param weights w⁺ and w⁻
    /// @param added v⁺ and v⁻
    /// @return empty where no λ does: what is added pushes the chosen answer down as well
    public OptionalDouble remedy(Weights weights, Weights added) {
        double lacking = weights.bad() * overlap() - weights.good();
        double gained = added.good() - added.bad() * overlap();
        if (!(lacking > 0)) {
            return OptionalDouble.of(0);
        }
        return gained > 0 ? OptionalDouble.of(lacking / gained) : OptionalDouble.empty();
    }
}
