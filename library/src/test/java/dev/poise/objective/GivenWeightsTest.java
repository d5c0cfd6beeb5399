package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.PairwiseObjective.Pair;
import dev.poise.objective.PairwiseObjective.PairLoss;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GivenWeightsTest {

    private static final Map<String, Double> BETA = Map.of("beta", 0.1);

    /// DPO by its weights alone: the loss is DPO's but for ln 2, which it is at the reference.
    @ParameterizedTest
    @ValueSource(doubles = {-300, -7.5, 0, 2.25, 60, 4e4})
    void dposWeightsIntegrateToDposLoss(double margin) {
        String weight = "beta * sigmoid(-beta * delta)";
        GivenWeights given =
                new GivenWeights(FormulaWeights.parse(weight, weight, new LinkedHashMap<>(BETA)), true, false);
        Pair pair = new Pair(-14 + margin, -18, -11, -15, 6, 7);
        PairLoss dpo = new Dpo(0.1, 0).of(pair);
        PairLoss term = given.of(pair);
        assertThat(term.loss()).isCloseTo(dpo.loss() - Math.log(2), within(1e-9 * (1 + Math.abs(margin))));
        assertThat(term.byGood()).isCloseTo(dpo.byGood(), within(1e-16));
        assertThat(term.byBad()).isCloseTo(dpo.byBad(), within(1e-16));
        assertThat(given.remarks()).isEmpty();
    }

    /// ExMATE's, without a reference: measured from one nat a token.
    @Test
    void weightsWithoutAReferenceAreMeasuredFromOneNatAToken() {
        GivenWeights given = new GivenWeights(
                FormulaWeights.parse("1", "c * exp(bad)", new LinkedHashMap<>(Map.of("c", 0.5))), false, false);
        PairLoss term = given.of(new Pair(-3.5, -1.25, 0, 0, 2, 3));
        assertThat(term.loss()).isCloseTo(3.5 - 2 + 0.5 * (Math.exp(-1.25) - Math.exp(-3)), within(1e-12));
        assertThat(given.needsReference()).isFalse();
    }

    @Test
    void aLambdaIsAnObjectiveToo() {
        PairWeights weights = pair -> {
            double weight = 0.2 * Logistic.sigmoid(-0.2 * (pair.goodRatio() - pair.badRatio()));
            return new PairWeights.Weights(weight, weight);
        };
        Pair pair = new Pair(-12, -20.5, -10.5, -19.75, 6, 7);
        GivenWeights given = new GivenWeights(weights, true, false);
        assertThat(given.of(pair).loss()).isCloseTo(new Dpo(0.2, 0).of(pair).loss() - Math.log(2), within(1e-12));
    }

    @Test
    void weightsThatAreNoLosssGradientAreRefusedUnlessThatIsKnown() {
        String good = "beta * sigmoid(-beta * delta)";
        FormulaWeights weights = FormulaWeights.parse(good, "2 * " + good, new LinkedHashMap<>(BETA));
        assertThatThrownBy(() -> new GivenWeights(weights, true, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("weights: good and bad must be the gradient of one loss, but at good = ")
                .hasMessageContaining("the derivative of -good by bad is ")
                .hasMessageEndingWith("; allow it with pathDependent, and the loss shown will depend on the path of"
                        + " integration");
        GivenWeights known = new GivenWeights(weights, true, true);
        assertThat(known.remarks()).hasSize(1).first().asString().contains("depends on the path of integration");
        Pair pair = new Pair(-12, -20.5, -10.5, -19.75, 6, 7);
        assertThat(known.of(pair).byBad())
                .isCloseTo(2 * new Dpo(0.1, 0).of(pair).byBad(), within(1e-16));
        PairWeights lambda = given -> new PairWeights.Weights(-given.bad(), 1);
        assertThat(GivenWeights.obstacle(lambda)).isPresent();
        assertThat(GivenWeights.obstacle(given -> new PairWeights.Weights(1, Math.exp(given.bad()))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "1 - 2 - 3 => -4",
                "2 * 3 ^ 2 => 18",
                "-2 ^ 2 => -4",
                "8 / 4 / 2 => 1",
                "2 ^ -1 => 0.5",
                "2 ^ 3 ^ 2 => 512",
                "(1 + 2) * .5e1 => 15",
                "min(good, bad) => -20.5",
                "max(good_tokens, bad_tokens) => 7",
                "reference_good - reference_bad => 9.25",
                "delta => -0.75",
                "sqrt(log(exp(16))) => 4",
                "softplus(0) => 0.6931471805599453",
                "beta - -beta => 0.2"
            })
    void formulasMeanWhatTheyMeanInSchool(String formula, double expected) {
        Pair pair = new Pair(-12, -20.5, -10.5, -19.75, 6, 7);
        assertThat(Expression.parse(formula, BETA).at(pair).value()).isCloseTo(expected, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "1 + => column 4: must be a number, a name or \"(\", got the end",
                "(1 + 2 => column 7: must be \")\", got the end",
                "2 3 => column 3: must be an operator or the end, got \"3\"",
                "2 # 3 => column 3: must be an operator or the end, got \"#\"",
                "1 + gamma * 2 => column 5: must be one of good, bad, reference_good, reference_bad, delta, good_tokens,"
                        + " bad_tokens, beta or a function (exp, log, sqrt, sigmoid, softplus, min, max), got gamma",
                "exp(1, 2) => column 1: exp must have 1 arguments, got 2",
                "1 + min(1) => column 5: min must have 2 arguments, got 1",
                "exp 2 => column 5: must be \"(\", got \"2\"",
                "2 ^ good => column 5: an exponent must not depend on good, bad or delta: use exp and log"
            })
    void whatIsNoFormulaIsRefusedWithItsColumn(String formula, String message) {
        assertThatThrownBy(() -> Expression.parse(formula, BETA))
                .isInstanceOf(ExpressionException.class)
                .hasMessage(message);
    }

    @Test
    void deepNestingIsRefusedBeforeTheStackIsFull() {
        assertThatThrownBy(() -> Expression.parse("(".repeat(5000), BETA))
                .isInstanceOf(ExpressionException.class)
                .hasMessageContaining("must not nest deeper than 100 levels");
        assertThatThrownBy(() -> Expression.parse("-".repeat(5000) + "1", BETA))
                .isInstanceOf(ExpressionException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exp(good / good_tokens) * bad",
                "good / (1 + bad * bad)",
                "log(-good) * sqrt(-bad)",
                "(good * bad) ^ 1.5 / 7",
                "sigmoid(good - bad) * softplus(beta * delta)",
                "max(good, bad) * min(good, -3) - -good ^ 2"
            })
    void derivativesAreExact(String formula) {
        Expression expression = Expression.parse(formula, BETA);
        Pair pair = new Pair(-1.75, -2.5, -3, -2.25, 6, 7);
        Dual dual = expression.at(pair);
        double step = 1e-5;
        double byGood =
                (expression.at(new Pair(-1.75 + step, -2.5, -3, -2.25, 6, 7)).value()
                                - expression
                                        .at(new Pair(-1.75 - step, -2.5, -3, -2.25, 6, 7))
                                        .value())
                        / (2 * step);
        double byBad =
                (expression.at(new Pair(-1.75, -2.5 + step, -3, -2.25, 6, 7)).value()
                                - expression
                                        .at(new Pair(-1.75, -2.5 - step, -3, -2.25, 6, 7))
                                        .value())
                        / (2 * step);
        assertThat(dual.byGood()).isCloseTo(byGood, within(1e-8));
        assertThat(dual.byBad()).isCloseTo(byBad, within(1e-8));
    }
}
