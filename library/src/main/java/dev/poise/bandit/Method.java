package dev.poise.bandit;

/// What a step does with a round of samples.
///
/// Every method is its loss's derivative by the log-probability of each sample, c_i = ∂L/∂log π(y_i|x_i): a
/// negative c raises an answer, a positive one, a *negative gradient*, lowers it. Which samples it gets, how many, how
/// often and against which reference is none of its business: those are switches of [Setting].
///
/// | method | on-policy | negative gradient |
/// |---|---|---|
/// | [PreferredOnly] | if sampled so | no |
/// | [BestOfN] | if sampled so | on demand |
/// | [RewardWeighted], [Filtered] | if sampled so | no |
/// | [Pairwise] | if sampled so | yes |
/// | [PolicyGradient], [Clipped] | yes | yes, where the advantage is below 0 |
///
/// Samples are used T times; only [Clipped] holds a sample back that has been used enough.
///
/// Source: arXiv 2404.14367, table 1 and algorithm 1.
public sealed interface Method
        permits PreferredOnly, BestOfN, RewardWeighted, Filtered, Pairwise, PolicyGradient, Clipped {

    /// A loss and its derivatives.
    ///
    /// @param loss of the round
    /// @param byLogProb c, one a sample
    /// @param terms what the loss is a mean over: samples, states or pairs; a round without any teaches nothing
    record Gradient(double loss, double[] byLogProb, int terms) {}

    /// The gradient on a round.
    ///
    /// @param logProbs log π of each sample under the policy as it is now, nats
    Gradient of(Round round, double[] logProbs);

    /// β of the divergence that is taken off the rewards at the time of sampling; mostly 0.
    default double rewardPenalty() {
        return 0;
    }
}
