package dev.poise.objective;

import dev.poise.objective.Expression.Parameter;
import dev.poise.objective.PairwiseObjective.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Weights given by two formulas, such as `beta * sigmoid(-beta * delta)`; see [Expression].
///
/// @param good the formula of w⁺
/// @param bad the formula of w⁻
/// @param parameters values of the names that are no quantities
public record FormulaWeights(Formula good, Formula bad, SequencedMap<String, Double> parameters)
        implements PairWeights {

    /// An expression as it was written and as it was read.
    public record Formula(String text, Expression tree) {}

    public FormulaWeights {
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
    }

    /// The first parameter that neither formula uses.
    ///
    /// @throws ExpressionException when either cannot be read
    public static Optional<String> unused(String good, String bad, Map<String, Double> parameters) {
        List<Expression> parts =
                new ArrayList<>(Expression.parse(good, parameters).parts());
        parts.addAll(Expression.parse(bad, parameters).parts());
        return parameters.entrySet().stream()
                .filter(entry -> !parts.contains(new Parameter(entry.getKey(), entry.getValue())))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// Reads both formulas.
    ///
    /// @throws ExpressionException when either cannot be read
    public static FormulaWeights parse(String good, String bad, SequencedMap<String, Double> parameters) {
        return new FormulaWeights(
                new Formula(good, Expression.parse(good, parameters)),
                new Formula(bad, Expression.parse(bad, parameters)),
                parameters);
    }

    @Override
    public Weights of(Pair pair) {
        return new Weights(good.tree().at(pair).value(), bad.tree().at(pair).value());
    }

    /// The mixed derivatives, exact to rounding.
    @Override
    public Mixed mixed(Pair pair) {
        return new Mixed(-good.tree().at(pair).byBad(), bad.tree().at(pair).byGood(), 1e-9);
    }

    /// Whether either formula reads the reference.
    public boolean readsReference() {
        return good.tree().readsReference() || bad.tree().readsReference();
    }
}
