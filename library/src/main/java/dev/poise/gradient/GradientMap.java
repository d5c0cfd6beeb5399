package dev.poise.gradient;

import dev.poise.gradient.Weights.Answer;
import dev.poise.gradient.Weights.Answers;
import dev.poise.objective.Objective;

/// An objective's weights over the probabilities (f⁺, f⁻) of both answers.
///
/// Answers are of one token out of two, so that sums and means over tokens are the same, and the reference gives both
/// the same probability. Cells are read at their centres, since some objectives have poles on the edge.
///
/// Source: our derivation, after the axes of Tuan and Wang 2024 (<https://arxiv.org/abs/2408.16751>), whose own
/// figures were not available.
///
/// @param name of the objective
/// @param probabilities f of every row and column, rising
/// @param good w⁺, a row an f⁻, a column an f⁺
/// @param bad w⁻ likewise
public record GradientMap(String name, double[] probabilities, double[][] good, double[][] bad) {

    /// What the reference gives either answer.
    static final double REFERENCE = 0.5;

    /// Reads an objective cell by cell.
    ///
    /// @param cells in each direction, at least 1
    public static GradientMap of(String name, Objective objective, int cells) {
        double[] probabilities = new double[cells];
        for (int i = 0; i < cells; i++) {
            probabilities[i] = (i + 0.5) / cells;
        }
        double[][] good = new double[cells][cells];
        double[][] bad = new double[cells][cells];
        for (int row = 0; row < cells; row++) {
            for (int column = 0; column < cells; column++) {
                Weights weights = at(objective, probabilities[column], probabilities[row]);
                good[row][column] = weights.good();
                bad[row][column] = weights.bad();
            }
        }
        return new GradientMap(name, probabilities, good, bad);
    }

    /// The weights where the model gives the chosen answer f⁺ and the rejected one f⁻.
    ///
    /// @param good f⁺, in (0, 1)
    /// @param bad f⁻, in (0, 1)
    public static Weights at(Objective objective, double good, double bad) {
        double reference = Math.log(REFERENCE);
        return Push.alone(
                        objective,
                        new PairReading(
                                new Answers(answer(good), answer(bad)),
                                new double[][] {{Math.log(good)}, {Math.log(bad)}},
                                new double[][] {{reference}, {reference}},
                                new double[][] {{collision(good)}, {collision(bad)}}))
                .weights();
    }

    /// Over a vocabulary of two.
    private static double collision(double probability) {
        return Math.log(probability * probability + (1 - probability) * (1 - probability));
    }

    private static Answer answer(double probability) {
        return new Answer(Math.log(probability), Math.log(REFERENCE), 1);
    }
}
