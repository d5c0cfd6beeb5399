package dev.poise.bandit;

import java.util.List;
import java.util.stream.Collectors;

/// What is to be learnt: which actions there are and what they are worth.
///
/// The state is a hundred numbers, uniform in \[0, 1), that say nothing about the reward.
///
/// @param name what it is called on the command line
/// @param words in a phrase
/// @param family of distributions over actions
/// @param reward the true one
public record Problem(String name, String words, Family family, Bump reward) {

    /// Numbers of a state.
    static final int STATE = 100;

    /// Every problem there is. Numbers and labels: the code released with arXiv 2404.14367; that its reward 4 is the
    /// paper's R1 and its reward 5 the paper's R2 is from memory and a comment.
    public static final List<Problem> ALL = List.of(
            discrete("R1", "peak where the reference is thin", 70, 10),
            discrete("R2", "peak where the reference is thick", 20, 10),
            discrete("R1-wide", "R1, twice as wide", 70, 20),
            discrete("R1-widest", "R1, three times as wide", 70, 30),
            continuous("C1", "10 numbers, peak far from the reference, wide", 0.7, 0.75),
            continuous("C2", "10 numbers, peak far from the reference", 0.7, 0.25),
            continuous("C3", "10 numbers, peak near the reference", -0.7, 0.25));

    /// The problem of a name, in any case.
    ///
    /// @throws IllegalArgumentException when there is none
    public static Problem of(String name) {
        return ALL.stream()
                .filter(problem -> problem.name.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("reward must be one of "
                        + ALL.stream().map(Problem::name).collect(Collectors.joining(", ")) + ", got " + name));
    }

    /// log π_data of each of a hundred actions, nats.
    ///
    /// @throws IllegalArgumentException when its actions are numbers
    public double[] dataLogProbs() {
        if (!(family instanceof Categorical)) {
            throw new IllegalArgumentException(name + " must have a hundred actions, got numbers");
        }
        return family.data();
    }

    /// The reward of each of a hundred bins of the first number of an action; of a hundred actions, of each.
    public double[] rewardOfBins() {
        double[] rewards = new double[Categorical.ACTIONS];
        for (int k = 0; k < rewards.length; k++) {
            rewards[k] = switch (family) {
                case Categorical() -> reward.factor(k);
                case Squashed(int _) -> reward.factor(-1 + (2.0 * k + 1) / rewards.length);
            };
        }
        return rewards;
    }

    private static Problem discrete(String name, String words, double centre, double width) {
        return new Problem(name, words, new Categorical(), new Bump(centre, width));
    }

    private static Problem continuous(String name, String words, double centre, double width) {
        return new Problem(name, words, new Squashed(10), new Bump(centre, width));
    }
}
