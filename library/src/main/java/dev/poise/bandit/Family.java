package dev.poise.bandit;

import java.util.random.RandomGenerator;

/// The distributions over actions that a policy's outputs choose from.
///
/// A distribution is an array of doubles, made from one row of outputs by [#distribution]; an action is
/// [#width] doubles inside a longer array. Everything else is in closed form or an integral over all actions.
sealed interface Family permits Categorical, Squashed {

    /// Outputs that choose a distribution.
    int outputs();

    /// Numbers of an action.
    int width();

    /// The distribution that a row of outputs chooses.
    double[] distribution(float[] outputs);

    /// What the data was drawn from and the policy starts from: π_data.
    double[] data();

    /// Draws an action.
    void draw(double[] distribution, RandomGenerator random, double[] actions, int at);

    /// log π of an action, nats.
    double logProb(double[] distribution, double[] actions, int at);

    /// Adds Σᵢ cᵢ ∂log π(actionᵢ)/∂outputs.
    ///
    /// @param actions one behind the other
    /// @param c one an action
    /// @param first the first action of the sum
    /// @param behind the one behind the last
    void addScores(double[] distribution, double[] actions, double[] c, int first, int behind, double[] byOutputs);

    /// KL(p ‖ q), nats.
    double divergence(double[] p, double[] q);

    /// Adds c ∂KL(p ‖ q)/∂outputs of p.
    void addDivergenceSlope(double[] p, double[] q, double c, double[] byOutputs);

    /// The entropy, nats.
    double entropy(double[] distribution);

    /// The reward of one action.
    double reward(Bump reward, double[] actions, int at);

    /// The mean reward over all actions.
    double expectedReward(double[] distribution, Bump reward);

    /// The probability of each of a hundred equal bins of the first number of an action.
    double[] histogram(double[] distribution);
}
