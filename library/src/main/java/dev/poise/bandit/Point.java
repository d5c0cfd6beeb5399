package dev.poise.bandit;

/// What a policy is like behind a round. Divergences, rewards and entropy are exact for each of a hundred states that
/// were not trained on, and means over them; the rest is over the round's samples.
///
/// @param round rounds so far; 0 before the first step
/// @param steps of the optimiser so far
/// @param queries answers whose reward was asked for so far
/// @param reward E\[r\]
/// @param toData KL(π ‖ π_data), nats
/// @param fromData KL(π_data ‖ π), nats
/// @param entropy of π, nats
/// @param margin mean of log π/π_ref of better less worse answers, over all pairs of different reward, nats; NaN where
/// there is none
/// @param better mean of log π/π_ref of the pairs' better answers, nats
/// @param worse the same of the worse
/// @param staleness KL(π ‖ the policy that wrote the samples) over the states trained on, nats
/// @param loss of the round's last step; NaN where it had nothing to learn from
/// @param gradientNorm of the round's last step, before clipping; NaN where it had nothing to learn from
/// @param histogram probability of each of a hundred bins of the first number of an action
public record Point(
        int round,
        int steps,
        long queries,
        double reward,
        double toData,
        double fromData,
        double entropy,
        double margin,
        double better,
        double worse,
        double staleness,
        double loss,
        double gradientNorm,
        double[] histogram) {}
