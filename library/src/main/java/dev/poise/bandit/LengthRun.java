package dev.poise.bandit;

import dev.poise.bandit.Setting.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// One policy over lengths, tuned from preferences in one way. The same goal, way and seed give the same numbers.
///
/// The reference is a normal distribution of mean 40 and deviation 10 over 0 to 64. 5,000 pairs are drawn from it, for
/// [LengthGoal#SKEW] cut at min(L, ⌊e⌋), e exponential of mean 8, and labelled by the truth; pairs of equal worth are
/// drawn again. A reward model learns from them; what is drawn on-policy is judged by it alone. 600 steps of Adam,
/// learning rate 0.03 for all.
///
/// Our design, as a stand-in for arXiv 2404.14367's length problems, which tune a Pythia of 1.4 B.
final class LengthRun {

    static final double MODE = 40;
    private static final double DEVIATION = 10;
    private static final int PAIRS = 5000;
    private static final double CUT_MEAN = 8;
    private static final double RATE = 0.03;

    private final LengthGoal goal;
    private final double[] reference;
    private final int[][] pairs;
    private final double[] scores;
    private final long seed;

    /// How a policy is tuned.
    ///
    /// @param name in words
    /// @param source where lengths come from: the policy before every step, or the pairs
    /// @param method what a step does
    /// @param states groups of a step
    /// @param samples lengths a group; 2 where the source is offline
    record Way(String name, Source source, Method method, int states, int samples) {}

    /// Draws the pairs and learns the reward.
    LengthRun(LengthGoal goal, long seed) {
        this.goal = goal;
        this.seed = seed;
        this.reference = reference();
        RandomGenerator random = new SplittableRandom(seed);
        this.pairs = pairs(random);
        this.scores = LengthRewardModel.scores(pairs, reference, random);
    }

    /// π_ref: probabilities of 0 to the limit.
    static double[] reference() {
        double[] probabilities = new double[Hazard.LIMIT + 1];
        double sum = 0;
        for (int length = 0; length < probabilities.length; length++) {
            double off = (length - MODE) / DEVIATION;
            probabilities[length] = Math.exp(-off * off / 2);
            sum += probabilities[length];
        }
        for (int length = 0; length < probabilities.length; length++) {
            probabilities[length] /= sum;
        }
        return probabilities;
    }

    private int[][] pairs(RandomGenerator random) {
        int[][] drawn = new int[PAIRS][];
        for (int i = 0; i < PAIRS; i++) {
            int a = answer(random);
            int b = answer(random);
            while (goal.worth(a, MODE) == goal.worth(b, MODE)) {
                a = answer(random);
                b = answer(random);
            }
            drawn[i] = goal.worth(a, MODE) > goal.worth(b, MODE) ? new int[] {a, b} : new int[] {b, a};
        }
        return drawn;
    }

    private int answer(RandomGenerator random) {
        int length = Hazard.draw(reference, random);
        return switch (goal) {
            case MIN, MODE -> length;
            case SKEW -> Math.min(length, (int) (-CUT_MEAN * Math.log(1 - random.nextDouble())));
        };
    }

    /// Tunes a policy.
    ///
    /// @param steps how many there are
    /// @param every steps between two measurements
    /// @return minus the expected worth before the first step and behind every so many: exact, a sum over all
    ///     lengths
    List<Double> measures(Way way, int steps, int every) {
        RandomGenerator random = new SplittableRandom(seed ^ 0x6c656e677468L);
        Hazard policy = Hazard.of(reference);
        Adam adam = new Adam(policy.parameters(), RATE, Double.POSITIVE_INFINITY);
        List<Double> measures = new ArrayList<>(List.of(measure(policy)));
        for (int step = 1; step <= steps; step++) {
            double[] logProbs = policy.logProbs();
            int[] lengths = lengths(way, logProbs, random);
            policy.setGradient(lengths, byLogProb(way, lengths, logProbs));
            adam.step();
            if (step % every == 0) {
                measures.add(measure(policy));
            }
        }
        return List.copyOf(measures);
    }

    private double measure(Hazard policy) {
        double[] logProbs = policy.logProbs();
        double worth = 0;
        for (int length = 0; length < logProbs.length; length++) {
            worth += Math.exp(logProbs[length]) * goal.worth(length, MODE);
        }
        return -worth;
    }

    private int[] lengths(Way way, double[] logProbs, RandomGenerator random) {
        int[] lengths = new int[way.states() * way.samples()];
        switch (way.source()) {
            case ONLINE -> {
                double[] probabilities = new double[logProbs.length];
                for (int length = 0; length < probabilities.length; length++) {
                    probabilities[length] = Math.exp(logProbs[length]);
                }
                for (int i = 0; i < lengths.length; i++) {
                    lengths[i] = Hazard.draw(probabilities, random);
                }
            }
            case OFFLINE -> {
                for (int i = 0; i < lengths.length; i += 2) {
                    int[] pair = pairs[random.nextInt(pairs.length)];
                    lengths[i] = pair[0];
                    lengths[i + 1] = pair[1];
                }
            }
        }
        return lengths;
    }

    private double[] byLogProb(Way way, int[] lengths, double[] logProbs) {
        double[] now = new double[lengths.length];
        double[] anchor = new double[lengths.length];
        double[] rewards = new double[lengths.length];
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < lengths.length; i++) {
            now[i] = logProbs[lengths[i]];
            anchor[i] = Math.log(reference[lengths[i]]);
            rewards[i] = switch (way.source()) {
                case ONLINE -> scores[lengths[i]];
                case OFFLINE -> 1 - i % 2; // the pair's label, and not what the reward model makes of it
            };
            mean += rewards[i] / lengths.length;
            squares += rewards[i] * rewards[i] / lengths.length;
        }
        double deviation = Math.sqrt(Math.max(squares - mean * mean, 0));
        return way.method()
                .of(new Round(way.states(), way.samples(), rewards, rewards, now, anchor, mean, deviation), now)
                .byLogProb();
    }

    /// What the reward model makes of every length.
    double[] scores() {
        return scores.clone();
    }
}
