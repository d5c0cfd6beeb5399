package dev.poise.bandit;

import java.util.Arrays;

/// What a method sees of one round of samples: N answers to each of S states, sample k of state s at s N + k.
///
/// @param states S
/// @param samples N
/// @param rewards what each answer is worth
/// @param returns `rewards`, less β (log π − log π_ref) at the time of sampling where a method puts the divergence into
/// the reward
/// @param behaviour log of the probability with which each answer was drawn, nats
/// @param reference log π_ref of each answer, nats
/// @param mean of all returns so far, this round's among them
/// @param deviation of all returns so far: the square root of their mean squared distance from `mean`
public record Round(
        int states,
        int samples,
        double[] rewards,
        double[] returns,
        double[] behaviour,
        double[] reference,
        double mean,
        double deviation) {

    public Round {
        for (double[] column : new double[][] {rewards, returns, behaviour, reference}) {
            if (column.length != states * samples) {
                throw new IllegalArgumentException("a round of " + states + " states with " + samples
                        + " samples must have " + states * samples + " values a column, got " + column.length);
            }
        }
    }

    /// How many answers.
    public int size() {
        return states * samples;
    }

    /// Some states alone; what was seen before stays.
    ///
    /// @param chosen indices of states
    Round of(int[] chosen) {
        return new Round(
                chosen.length,
                samples,
                rows(rewards, chosen),
                rows(returns, chosen),
                rows(behaviour, chosen),
                rows(reference, chosen),
                mean,
                deviation);
    }

    private double[] rows(double[] column, int[] chosen) {
        double[] rows = new double[chosen.length * samples];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(column, chosen[i] * samples, rows, i * samples, samples);
        }
        return rows;
    }

    /// The answer to state s with the highest reward, the first of equals.
    int best(int s) {
        int best = s * samples;
        for (int i = best + 1; i < (s + 1) * samples; i++) {
            best = rewards[i] > rewards[best] ? i : best;
        }
        return best;
    }

    /// The answer to state s with the lowest reward, the first of equals.
    int worst(int s) {
        int worst = s * samples;
        for (int i = worst + 1; i < (s + 1) * samples; i++) {
            worst = rewards[i] < rewards[worst] ? i : worst;
        }
        return worst;
    }

    /// Calls `pair` with every two answers to one state whose rewards differ, and differ by `threshold` at least:
    /// the better one first. Equal rewards make no pair, since neither would be the better one.
    ///
    /// @return how many
    int forPairs(double threshold, Pairs pair) {
        int count = 0;
        for (int s = 0; s < states; s++) {
            for (int i = s * samples; i < (s + 1) * samples; i++) {
                for (int j = i + 1; j < (s + 1) * samples; j++) {
                    double difference = rewards[i] - rewards[j];
                    if (difference != 0 && Math.abs(difference) >= threshold) {
                        pair.accept(difference > 0 ? i : j, difference > 0 ? j : i);
                        count++;
                    }
                }
            }
        }
        return count;
    }

    /// Takes the indices of a better and a worse answer.
    interface Pairs {
        void accept(int good, int bad);
    }

    /// The mean reward of a state's answers.
    static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElse(0);
    }
}
