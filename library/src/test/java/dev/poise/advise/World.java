package dev.poise.advise;

import dev.poise.advise.Survey.Answer;
import dev.poise.advise.Survey.Own;
import dev.poise.advise.Survey.Pair;
import dev.poise.advise.Survey.Parting;
import dev.poise.advise.Survey.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A made-up reference over 100 actions, the paper's bandit, and data drawn from it or from elsewhere. An answer's
/// log-probability a token is a quarter of its action's, its length its action.
///
/// @param prompts how many there are
/// @param samples K
/// @param seed of all draws
/// @param reward of an action; null for none
/// @param data turns a draw of the reference into an answer of the data
record World(int prompts, int samples, long seed, @Nullable ToDoubleFunction<Integer> reward, IntUnaryOperator data) {

    static final int ACTIONS = 100;

    /// π_data of the paper's bandit: tanh of a Cauchy variable at -0.7 of scale 0.4, in 100 bins.
    static double[] reference() {
        double[] p = new double[ACTIONS];
        for (int k = 0; k < ACTIONS; k++) {
            p[k] = cumulative(-1 + 2.0 * (k + 1) / ACTIONS) - cumulative(-1 + 2.0 * k / ACTIONS);
        }
        return p;
    }

    private static double cumulative(double edge) {
        double x = edge <= -1
                ? Double.NEGATIVE_INFINITY
                : edge >= 1 ? Double.POSITIVE_INFINITY : 0.5 * Math.log((1 + edge) / (1 - edge));
        return 0.5 + Math.atan((x + 0.7) / 0.4) / Math.PI;
    }

    /// A reward with its peak at an action: R1 of the paper at 70, R2 at 20.
    static ToDoubleFunction<Integer> peak(int at) {
        return action -> Math.exp(-Math.pow((action - at) / 10.0, 2));
    }

    /// Data that are the reference's own.
    static IntUnaryOperator same() {
        return action -> action;
    }

    Survey survey() {
        double[] p = reference();
        SplittableRandom random = new SplittableRandom(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            int[] own = random.ints(samples, 0, 1).map(x -> draw(p, random)).toArray();
            int one = data.applyAsInt(draw(p, random));
            int other = data.applyAsInt(draw(p, random));
            boolean swapped = reward != null && value(one) < value(other);
            rows.add(new Row(
                    i,
                    i + 1,
                    List.of(answer(p, swapped ? other : one), answer(p, swapped ? one : other)),
                    new Pair(0.6, 0.3, false, new Parting(0.2, 0.1, 0.25)),
                    new Own(
                            Arrays.stream(own)
                                    .mapToDouble(action -> Math.log(p[action]) / 4)
                                    .toArray(),
                            own,
                            reward == null
                                    ? new double[0]
                                    : Arrays.stream(own)
                                            .mapToDouble(this::value)
                                            .toArray(),
                            samples)));
        }
        return new Survey(
                new Survey.Setting(samples, 100, seed, reward != null, null),
                new Survey.Counts(prompts, prompts, 0, 0, 0, 0),
                rows);
    }

    private double value(int action) {
        return reward == null ? Double.NaN : reward.applyAsDouble(action);
    }

    private Answer answer(double[] p, int action) {
        Double worth = reward == null ? null : (Double) value(action);
        return new Answer(action, Math.log(p[action]) / 4, action, Math.log(p[action]) / 4, worth, worth);
    }

    static int draw(double[] p, SplittableRandom random) {
        double asked = random.nextDouble();
        int action = 0;
        for (double sum = p[0]; sum < asked && action < p.length - 1; sum += p[action]) {
            action++;
        }
        return action;
    }
}
