package dev.poise.run;

import dev.poise.objective.Expression;
import dev.poise.objective.ExpressionException;
import dev.poise.objective.FormulaWeights;
import dev.poise.objective.GivenWeights;
import dev.poise.objective.Mate;
import dev.poise.objective.Objective;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Objectives given by two formulas: `{type: weights, good: "beta * sigmoid(-beta * delta)", bad: "...", beta:
/// 0.1}`.
///
/// Every key that is not one of its own is a parameter of the formulas.
final class WeightsBinding {

    private static final String EXAMPLE = "a formula such as \"beta * sigmoid(-beta * delta)\"";

    private WeightsBinding() {}

    static Objective bind(Section section) {
        Optional<String> good = section.word("good", EXAMPLE);
        Optional<String> bad = section.word("bad", EXAMPLE);
        boolean pathDependent = section.flag("path_dependent", false);
        SequencedMap<String, Double> parameters = section.remainingNumbers();
        if (good.isEmpty() || bad.isEmpty()) {
            return standIn();
        }
        boolean readsGood = reads(section, "good", good.get(), parameters);
        boolean readsBad = reads(section, "bad", bad.get(), parameters);
        return readsGood && readsBad ? weights(section, good.get(), bad.get(), parameters, pathDependent) : standIn();
    }

    /// An objective that every recipe of pairs may hold, with or without a reference.
    private static Objective standIn() {
        return new Mate(0);
    }

    private static boolean reads(Section section, String key, String formula, SequencedMap<String, Double> parameters) {
        try {
            Expression.parse(formula, parameters);
            return true;
        } catch (ExpressionException e) {
            section.problem(key, e.getMessage() + ", in " + RecipeText.shown(formula));
            return false;
        }
    }

    private static Objective weights(
            Section section, String good, String bad, SequencedMap<String, Double> parameters, boolean pathDependent) {
        Optional<String> unused = FormulaWeights.unused(good, bad, parameters);
        if (unused.isPresent()) {
            section.problem(unused.get(), "must be used in good or bad, or be good, bad, weight or path_dependent");
            return standIn();
        }
        FormulaWeights weights = FormulaWeights.parse(good, bad, parameters);
        Optional<String> obstacle = pathDependent ? Optional.empty() : GivenWeights.obstacle(weights);
        if (obstacle.isPresent()) {
            section.problem(
                    "bad",
                    obstacle.get() + "; path_dependent: true allows it, and the loss shown then depends on"
                            + " the path of integration");
            return standIn();
        }
        return new GivenWeights(weights, weights.readsReference(), pathDependent);
    }

    /// Adds the keys of given weights to a mapping.
    static FlowMapping write(FlowMapping mapping, GivenWeights given, FormulaWeights formulas) {
        FlowMapping written = mapping.withText("good", formulas.good().text())
                .withText("bad", formulas.bad().text())
                .with("path_dependent", given.pathDependent());
        for (Map.Entry<String, Double> parameter : formulas.parameters().entrySet()) {
            written = written.with(parameter.getKey(), parameter.getValue());
        }
        return written;
    }
}
