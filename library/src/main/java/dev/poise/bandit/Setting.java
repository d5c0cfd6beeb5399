package dev.poise.bandit;

/// One way to fine-tune: the switches of the paper's unified algorithm, each on its own.
///
/// ```
/// for each round:
///     D = N answers to each of S states, from the data or from the policy, labelled with their rewards
///     T times: divide D by states into minibatches and step on each
/// ```
///
/// The bigger S or T, the further the policy has moved from the one that wrote its samples.
///
/// Source: arXiv 2404.14367, algorithm 1. Its released code steps on all of D at once.
///
/// @param problem what is to be learnt
/// @param method what a step does
/// @param source where samples come from
/// @param states S, drawn once
/// @param samples N
/// @param rounds how often samples are drawn; offline, how often the one set is gone through T times
/// @param inner T
/// @param minibatch states of a step; 0 for all
/// @param learningRate of Adam
/// @param anchor whose log-probabilities are the reference's
/// @param clipNorm longest gradient; infinite for any
/// @param evaluateEvery rounds between two measurements; the last round is always measured
public record Setting(
        Problem problem,
        Method method,
        Source source,
        int states,
        int samples,
        int rounds,
        int inner,
        int minibatch,
        double learningRate,
        Anchor anchor,
        double clipNorm,
        int evaluateEvery) {

    /// Where samples come from.
    public enum Source {
        /// One set from π_data for all rounds.
        OFFLINE,
        /// The first round's from π_data, every other's from the policy.
        ONLINE
    }

    /// The reference policy.
    public enum Anchor {
        /// The policy before the first step.
        INITIAL,
        /// The policy before the round.
        PREVIOUS
    }

    public Setting {
        require("states", states, 1);
        require("samples", samples, 1);
        require("rounds", rounds, 1);
        require("inner", inner, 1);
        require("minibatch", minibatch, 0);
        require("evaluate-every", evaluateEvery, 1);
        if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learning-rate must be positive and finite, got " + learningRate);
        }
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException("clip-norm must be positive, got " + clipNorm);
        }
    }

    /// The same, but measured every so many rounds.
    public Setting evaluatedEvery(int every) {
        return new Setting(
                problem,
                method,
                source,
                states,
                samples,
                rounds,
                inner,
                minibatch,
                learningRate,
                anchor,
                clipNorm,
                every);
    }

    private static void require(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", got " + value);
        }
    }
}
