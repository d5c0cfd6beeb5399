package dev.poise.online;

import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.monitor.Rollout;
import dev.poise.online.Completion.Author;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What a round's fresh completions say of the policy that wrote them.
///
/// | metric | is |
/// |---|---|
/// | `rollout/reward` | mean reward of what the policy wrote; of all completions where it wrote none |
/// | `rollout/reward_low`, `rollout/reward_high` | its 95 % interval (Student's t over prompts) |
/// | `rollout/reward_deviation` | standard deviation of the rewards of one prompt, averaged over prompts |
/// | `rollout/equal` | share of prompts whose rewards are all equal: nothing to tell apart |
/// | `rollout/identical` | share of prompts whose completions are all the same tokens |
/// | `rollout/length`, `rollout/ended` | tokens, and the share that the policy ended itself |
/// | `rollout/kl_k1` | KL(π ‖ π_ref) by the mean of log π − log π_ref, nats an answer |
/// | `rollout/kl_k3` | the same by the mean of Σₜ (e^−d − 1 + d), d that difference of a token: never below 0 |
///
/// Both estimators are unbiased on the policy's own completions; k₃ varies less where the two are close. Source
/// of the names: Schulman 2020, "Approximating KL divergence".
public final class RoundReading {

    /// The mean reward.
    public static final String REWARD = "rollout/reward";

    private RoundReading() {}

    /// The metrics of a round.
    ///
    /// @param groups drawn for this round, at least one
    public static SequencedMap<String, Double> of(List<Group> groups) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        boolean own = groups.stream()
                .flatMap(group -> group.completions().stream())
                .anyMatch(one -> one.author() == Author.POLICY);
        List<List<Completion>> read = groups.stream()
                .map(group -> group.completions().stream()
                        .filter(one -> !own || one.author() == Author.POLICY)
                        .toList())
                .filter(completions -> !completions.isEmpty())
                .toList();
        double[] means = read.stream().mapToDouble(RoundReading::meanReward).toArray();
        values.put(REWARD, Arrays.stream(means).average().orElseThrow());
        if (means.length > 1) {
            Interval interval = Estimate.mean("reward", "reward", means).interval();
            values.put("rollout/reward_low", interval.low());
            values.put("rollout/reward_high", interval.high());
        }
        values.put(
                "rollout/reward_deviation",
                read.stream().mapToDouble(RoundReading::deviation).average().orElseThrow());
        List<Group> compared = compared(groups);
        values.put(
                Rollout.EQUAL,
                share(compared.stream().filter(Group::rewardedEqually).count(), compared.size()));
        values.put(
                Rollout.IDENTICAL,
                share(compared.stream().filter(Group::identical).count(), compared.size()));
        List<Completion> all = read.stream().flatMap(List::stream).toList();
        values.put(
                "rollout/length",
                all.stream().mapToInt(one -> one.tokens().length).average().orElseThrow());
        values.put("rollout/ended", share(all.stream().filter(Completion::ended).count(), all.size()));
        if (own && all.stream().allMatch(one -> one.reference().length > 0)) {
            values.put(
                    "rollout/kl_k1",
                    all.stream()
                            .mapToDouble(one -> one.logProb() - one.referenceLogProb())
                            .average()
                            .orElseThrow());
            values.put(
                    "rollout/kl_k3",
                    all.stream().mapToDouble(RoundReading::k3).average().orElseThrow());
        }
        return values;
    }

    /// Where no prompt has a second completion to be compared with, the round's are compared with each other.
    private static List<Group> compared(List<Group> groups) {
        List<Group> several =
                groups.stream().filter(group -> group.completions().size() > 1).toList();
        if (!several.isEmpty()) {
            return several;
        }
        return List.of(groups.getFirst()
                .with(groups.stream()
                        .flatMap(group -> group.completions().stream())
                        .toList()));
    }

    private static double share(long count, int of) {
        return (double) count / of;
    }

    private static double meanReward(List<Completion> completions) {
        return completions.stream().mapToDouble(Completion::reward).average().orElseThrow();
    }

    private static double deviation(List<Completion> completions) {
        double mean = meanReward(completions);
        double squares = completions.stream()
                .mapToDouble(one -> (one.reward() - mean) * (one.reward() - mean))
                .average()
                .orElseThrow();
        return Math.sqrt(squares);
    }

    private static double k3(Completion one) {
        double sum = 0;
        for (int t = 0; t < one.tokens().length; t++) {
            double difference = one.logProbs()[t] - one.reference()[t];
            sum += Math.exp(-difference) - 1 + difference;
        }
        return sum;
    }
}
