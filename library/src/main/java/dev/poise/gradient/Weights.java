package dev.poise.gradient;

import dev.poise.objective.Objective;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two numbers that an objective comes down to for one pair: of one that tells tokens apart, means over tokens.
///
/// @param good w⁺ = −∂L/∂log π(y⁺|x): how hard the step rewards the chosen answer
/// @param bad w⁻ = ∂L/∂log π(y⁻|x): how hard it penalises the rejected one
public record Weights(double good, double bad) {

    /// What is known of one answer.
    ///
    /// @param logProb log π(y|x), nats, summed over trained tokens
    /// @param reference the same under the reference policy; null without one
    /// @param tokens |y|, trained tokens, the ending one included
    public record Answer(double logProb, @Nullable Double reference, int tokens) {

        /// log π(y|x) / |y|, nats a token.
        public double mean() {
            return logProb / Math.max(tokens, 1);
        }
    }

    /// Two answers to one prompt.
    public record Answers(Answer good, Answer bad) {}

    /// The weights of a pair that has a step to itself.
    public static Weights alone(Objective objective, Answers pair) {
        return together(objective, List.of(pair)).getFirst();
    }

    /// The weights of every pair of one step, whose denominators are those of all of them.
    public static List<Weights> together(Objective objective, List<Answers> pairs) {
        return Push.together(objective, pairs.stream().map(PairReading::of).toList()).stream()
                .map(Push::weights)
                .toList();
    }

    /// w⁺/w⁻, which ⟨g⁺, g⁻⟩/‖g⁺‖² must stay below for the chosen answer to rise: infinite where nothing is
    /// penalised.
    public double threshold() {
        return good / bad;
    }

    /// These weights and some of another objective's.
    public Weights plus(double factor, Weights other) {
        return new Weights(good + factor * other.good, bad + factor * other.bad);
    }
}
