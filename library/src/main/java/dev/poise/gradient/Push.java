package dev.poise.gradient;

import dev.poise.gradient.Weights.Answer;
import dev.poise.objective.Batch;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Objective;
import dev.poise.objective.TokenValues;
import dev.poise.objective.Totals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// How an objective pushes the tokens of one pair.
///
/// @param good ∂L/∂log p of every token of the chosen answer
/// @param bad the same of the rejected one
/// @param even whether all tokens of an answer are pushed alike
record Push(double[] good, double[] bad, boolean even) {

    /// The push on a pair that has a step to itself.
    static Push alone(Objective objective, PairReading pair) {
        return together(objective, List.of(pair)).getFirst();
    }

    /// The push on every pair of one step, whose denominators are those of all of them.
    static List<Push> together(Objective objective, List<PairReading> pairs) {
        long tokens =
                pairs.stream().mapToLong(pair -> pair.answers().good().tokens()).sum();
        Evaluation evaluation =
                objective.evaluate(new Batch(side(pairs, 0), side(pairs, 1)), new Totals(pairs.size(), tokens));
        boolean even = evaluation.byGoodTokens().length == 0 && evaluation.byBadTokens().length == 0;
        List<Push> pushes = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            pushes.add(new Push(
                    spread(
                            evaluation.byGood(),
                            evaluation.byGoodTokens(),
                            i,
                            answer(pairs.get(i), 0).tokens()),
                    spread(
                            evaluation.byBad(),
                            evaluation.byBadTokens(),
                            i,
                            answer(pairs.get(i), 1).tokens()),
                    even));
        }
        return pushes;
    }

    private static double[] spread(double[] bySum, double[][] own, int pair, int tokens) {
        double[] byToken = new double[tokens];
        Arrays.setAll(byToken, t -> bySum[pair] + (own.length == 0 ? 0 : own[pair][t]));
        return byToken;
    }

    private static Answer answer(PairReading pair, int side) {
        return side == 0 ? pair.answers().good() : pair.answers().bad();
    }

    private static Examples side(List<PairReading> pairs, int side) {
        List<Answer> answers = pairs.stream().map(pair -> answer(pair, side)).toList();
        double @Nullable [] reference = new double[answers.size()];
        for (int i = 0; i < answers.size(); i++) {
            Double known = answers.get(i).reference();
            if (known == null) {
                reference = null;
            } else if (reference != null) {
                reference[i] = known;
            }
        }
        return new Examples(
                answers.stream().mapToDouble(Answer::logProb).toArray(),
                reference,
                answers.stream().mapToInt(Answer::tokens).toArray(),
                new TokenValues(
                        rows(pairs, PairReading::tokens, side),
                        rows(pairs, PairReading::reference, side),
                        rows(pairs, PairReading::collisions, side)));
    }

    private static double[][] rows(List<PairReading> pairs, Function<PairReading, double[][]> column, int side) {
        return pairs.stream()
                .map(column)
                .filter(rows -> rows.length > 0)
                .map(rows -> rows[side])
                .toArray(double[][]::new);
    }

    /// w⁺ and w⁻: where tokens are told apart, means over the answer's tokens.
    Weights weights() {
        // Plus zero turns −0 into 0.
        return new Weights(-mean(good) + 0.0, mean(bad) + 0.0);
    }

    private double mean(double[] values) {
        return even && values.length > 0
                ? values[0]
                : Arrays.stream(values).average().orElse(0);
    }

    /// ∂L/∂log p of every trained token, `[R]`, the chosen answer's first.
    double[] byToken() {
        return DoubleStream.concat(Arrays.stream(good), Arrays.stream(bad)).toArray();
    }
}
