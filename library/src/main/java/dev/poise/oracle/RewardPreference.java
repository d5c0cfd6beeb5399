package dev.poise.oracle;

/// The preference that a reward implies: P(y beats y' | x) = σ((r(x, y) - r(x, y')) / temperature), the model of
/// Bradley and Terry (Biometrika 39 (1952) 324), and its limit at temperature 0, where the higher reward always
/// wins.
///
/// @param reward what is compared
/// @param temperature in units of reward, at least 0; at 0 the probability is 1, 0 or, for equal rewards, 0.5
public record RewardPreference(Reward reward, double temperature) implements Preference {

    public RewardPreference {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be finite and at least 0, got " + temperature);
        }
    }

    /// The higher reward always wins.
    public static RewardPreference hard(Reward reward) {
        return new RewardPreference(reward, 0);
    }

    @Override
    public double probability(String prompt, String completion, String other) {
        double difference = reward.score(prompt, completion) - reward.score(prompt, other);
        if (!Double.isFinite(difference)) {
            throw new IllegalArgumentException("rewards must be finite, got a difference of " + difference);
        }
        return difference == 0 ? 0.5 : 1 / (1 + Math.exp(-difference / temperature));
    }
}
