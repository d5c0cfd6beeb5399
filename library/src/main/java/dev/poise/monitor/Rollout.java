package dev.poise.monitor;

/// Names of what alarms read of the completions that a policy is tuned on, where it writes them itself.
public final class Rollout {

    /// Share of prompts whose completions are all rewarded equally.
    public static final String EQUAL = "rollout/equal";

    /// Share of prompts whose completions are all the same tokens.
    public static final String IDENTICAL = "rollout/identical";

    /// Entropy of the next-token distribution, averaged over the tokens that the policy wrote, nats.
    public static final String ENTROPY = "rollout/entropy";

    private Rollout() {}
}
