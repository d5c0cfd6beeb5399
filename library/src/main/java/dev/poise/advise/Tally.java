package dev.poise.advise;

import dev.poise.advise.Survey.Answer;
import dev.poise.advise.Survey.Own;
import dev.poise.advise.Survey.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// What one prompt adds to the numbers that decide the place: the unit of all resampling, since a prompt's answers are
/// not independent of each other.
///
/// @param high share of the reference's own answers that are high; NaN where nobody says which are
/// @param answers of the data
/// @param highAnswers those of them that are high
/// @param beyond those of them whose reward is above all of the reference's own, ties shared
/// @param likelihood their places by mean log-probability among the reference's own, `[K + 1]`
/// @param length their places by characters
record Tally(double high, int answers, int highAnswers, double beyond, double[] likelihood, double[] length) {

    /// @param high the reward from which on an answer is high; empty where there is none
    static Tally of(Row row, Optional<Double> high) {
        Own own = Objects.requireNonNull(row.own());
        int k = own.logProbs().length;
        double[] likelihood = new double[k + 1];
        double[] length = new double[k + 1];
        double[] characters = Arrays.stream(own.characters()).asDoubleStream().toArray();
        double[] rewards = new double[k + 1];
        int highAnswers = 0;
        for (Answer answer : row.answers()) {
            Ranks.add(likelihood, answer.cutLogProb(), own.logProbs());
            Ranks.add(length, answer.characters(), characters);
            Double reward = answer.cutReward();
            if (high.isPresent() && reward != null) {
                Ranks.add(rewards, reward, own.rewards());
                highAnswers += reward >= high.get() ? 1 : 0;
            }
        }
        double share = high.isEmpty()
                ? Double.NaN
                : (double) Arrays.stream(own.rewards())
                                .filter(reward -> reward >= high.get())
                                .count()
                        / k;
        int answers = row.answers().size();
        return new Tally(share, answers, highAnswers, rewards[k], likelihood, length);
    }

    /// The share of the reference's own answers that are high.
    static double mass(List<Tally> prompts) {
        return prompts.stream().mapToDouble(Tally::high).average().orElse(Double.NaN);
    }

    /// The share of the data's answers that are high.
    static double highAnswers(List<Tally> prompts) {
        return (double) prompts.stream().mapToInt(Tally::highAnswers).sum() / count(prompts);
    }

    /// The share of the data's answers that the reference's best of K reaches, made up for the 1/(K + 1) that chance
    /// puts above all: 1 where data and reference are alike.
    static double reach(List<Tally> prompts) {
        double beyond = prompts.stream().mapToDouble(Tally::beyond).sum() / count(prompts);
        double chance = 1.0 / prompts.getFirst().likelihood().length;
        return Math.min(1, (1 - beyond) / (1 - chance));
    }

    static double[] likelihoods(List<Tally> prompts) {
        return sum(prompts.stream().map(Tally::likelihood));
    }

    static double[] lengths(List<Tally> prompts) {
        return sum(prompts.stream().map(Tally::length));
    }

    /// How far data and reference overlap, by the statistic that tells them apart best.
    static double overlap(List<Tally> prompts) {
        double least = Math.min(Ranks.overlap(likelihoods(prompts)), Ranks.overlap(lengths(prompts)));
        return Double.isNaN(prompts.getFirst().high()) ? least : Math.min(least, reach(prompts));
    }

    private static int count(List<Tally> prompts) {
        return prompts.stream().mapToInt(Tally::answers).sum();
    }

    private static double[] sum(Stream<double[]> places) {
        return places.reduce((one, other) -> {
                    double[] both = one.clone();
                    for (int i = 0; i < both.length; i++) {
                        both[i] += other[i];
                    }
                    return both;
                })
                .orElseThrow();
    }
}
