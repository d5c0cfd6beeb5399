package dev.poise.cli;

import dev.poise.oracle.Candidates;
import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.ScoredPair;
import dev.poise.sample.Sample;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What became of the answers that pairs were made of.
///
/// @param counts of prompts and pairs
/// @param completions answers sampled
/// @param blank answers of nothing but white space, which make no pair
/// @param cut answers that the limit on their length ended
/// @param reward mean over all answers
/// @param chosen mean reward over the pairs' better sides
/// @param rejected mean reward over their worse sides
record PairsSummary(
        PairBuilder.Counts counts,
        long completions,
        long blank,
        long cut,
        double reward,
        double chosen,
        double rejected) {

    /// @param made at least one pair
    /// @param scored every answer with its reward
    /// @param samples the same answers as tokens
    static PairsSummary of(PairBuilder.Result made, List<Candidates> scored, List<Sample> samples) {
        return new PairsSummary(
                made.counts(),
                samples.size(),
                scored.stream()
                        .flatMap(candidates -> candidates.completions().stream())
                        .filter(String::isBlank)
                        .count(),
                samples.stream().filter(sample -> !sample.ended()).count(),
                scored.stream()
                        .flatMap(candidates -> candidates.rewards().stream())
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow(),
                made.pairs().stream()
                        .mapToDouble(ScoredPair::chosenReward)
                        .average()
                        .orElseThrow(),
                made.pairs().stream()
                        .mapToDouble(ScoredPair::rejectedReward)
                        .average()
                        .orElseThrow());
    }

    /// As one object for programs.
    ObjectNode toJson() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("prompts", counts.prompts())
                .put("pairs", counts.pairs())
                .put("equal", counts.equal())
                .put("too_close", counts.tooClose())
                .put("completions", completions)
                .put("blank", blank)
                .put("cut", cut)
                .put("reward_mean", reward)
                .put("chosen_reward_mean", chosen)
                .put("rejected_reward_mean", rejected);
    }

    /// As lines for people.
    List<String> lines() {
        return List.of(
                "prompts      " + counts.prompts() + ": " + counts.equal()
                        + " without a pair as all rewards are equal, " + counts.tooClose() + " as they are too close",
                "completions  " + completions + ": " + cut + " cut at the limit, " + blank + " blank",
                "pairs        " + counts.pairs(),
                String.format(Locale.ROOT, "mean reward  %.4f (chosen %.4f, rejected %.4f)", reward, chosen, rejected));
    }
}
