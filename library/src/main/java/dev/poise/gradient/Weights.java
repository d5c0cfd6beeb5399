package dev.poise.gradient;

import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Objective;
import dev.poise.objective.Totals;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two numbers that an objective comes down to for one pair.
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
        List<Answer> good = pairs.stream().map(Answers::good).toList();
        List<Answer> bad = pairs.stream().map(Answers::bad).toList();
        long tokens = good.stream().mapToLong(Answer::tokens).sum();
        Evaluation evaluation =
                objective.evaluate(new Batch(examples(good), examples(bad)), new Totals(pairs.size(), tokens));
        double[] byGood = evaluation.byGood();
        double[] byBad = evaluation.byBad();
        Weights[] weights = new Weights[pairs.size()];
        // Plus zero turns −0 into 0.
        Arrays.setAll(weights, i -> new Weights(-byGood[i] + 0.0, byBad[i] + 0.0));
        return List.of(weights);
    }

    private static Examples examples(List<Answer> answers) {
        double @Nullable [] reference = new double[answers.size()];
        double[] logProbs = new double[answers.size()];
        int[] tokens = new int[answers.size()];
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            logProbs[i] = answer.logProb();
            tokens[i] = answer.tokens();
            Double known = answer.reference();
            if (known == null) {
                reference = null;
            } else if (reference != null) {
                reference[i] = known;
            }
        }
        return new Examples(logProbs, reference, tokens);
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
