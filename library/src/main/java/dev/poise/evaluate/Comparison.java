package dev.poise.evaluate;

import java.util.Arrays;

/// Two models that answered the same prompts.
///
/// @param winRate how often A's answer has the higher reward, ties half
/// @param rewardDifference mean of A's reward less B's, prompt by prompt
/// @param a what A's answers are like
/// @param b what B's are like
public record Comparison(WinRate winRate, Estimate rewardDifference, Summary a, Summary b) {

    /// One model's answers, one a prompt.
    ///
    /// @param rewards finite
    /// @param tokens length of each answer
    /// @param finished answers that the model ended, rather than a limit
    public record Answers(double[] rewards, int[] tokens, long finished) {
        public Answers {
            if (rewards.length != tokens.length) {
                throw new IllegalArgumentException(
                        "tokens must be one length an answer, got " + tokens.length + " for " + rewards.length);
            }
        }

        private Summary summary() {
            return new Summary(
                    Estimate.mean("reward", "reward", rewards),
                    Estimate.mean(
                            "length",
                            "tokens",
                            Arrays.stream(tokens).asDoubleStream().toArray()),
                    Estimate.proportion("finished", finished, tokens.length));
        }
    }

    /// What one model's answers are like.
    ///
    /// @param reward mean
    /// @param length mean, in the model's own tokens
    /// @param finished share of answers that the model ended
    public record Summary(Estimate reward, Estimate length, Estimate finished) {}

    /// Compares answers to the same prompts, at least two.
    public static Comparison of(Answers a, Answers b) {
        return new Comparison(
                WinRate.paired(a.rewards(), b.rewards()),
                Estimate.pairedDifference("reward difference", "reward", a.rewards(), b.rewards()),
                a.summary(),
                b.summary());
    }
}
