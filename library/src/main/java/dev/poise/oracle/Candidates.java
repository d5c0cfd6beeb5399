package dev.poise.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/// Completions of one prompt with their rewards: what pairs are made of.
///
/// @param prompt what was completed
/// @param completions in the order they were sampled
/// @param rewards one a completion, finite
public record Candidates(String prompt, List<String> completions, List<Double> rewards) {

    public Candidates {
        completions = List.copyOf(completions);
        rewards = List.copyOf(rewards);
        if (rewards.size() != completions.size()) {
            throw new IllegalArgumentException(
                    "rewards must be one a completion, got " + rewards.size() + " for " + completions.size());
        }
        for (double reward : rewards) {
            if (!Double.isFinite(reward)) {
                throw new IllegalArgumentException("reward must be finite, got " + reward);
            }
        }
    }

    /// Scores the completions of every prompt.
    ///
    /// @param completions a list for every prompt
    /// @throws IllegalArgumentException naming the index, among all completions in order, of the first
    ///     whose reward is not finite
    public static List<Candidates> scored(Reward reward, List<String> prompts, List<List<String>> completions) {
        if (prompts.size() != completions.size()) {
            throw new IllegalArgumentException("completions must be one list a prompt, got " + completions.size()
                    + " for " + prompts.size() + " prompts");
        }
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            asked.addAll(Collections.nCopies(completions.get(i).size(), prompts.get(i)));
        }
        List<String> answers = completions.stream().flatMap(List::stream).toList();
        Iterator<Double> scores = Arrays.stream(reward.scoreAll(asked, answers)).iterator();
        List<Candidates> candidates = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            List<Double> rewards =
                    completions.get(i).stream().map(completion -> scores.next()).toList();
            candidates.add(new Candidates(prompts.get(i), completions.get(i), rewards));
        }
        return candidates;
    }

    /// The same without completions of nothing but white space, which rows of preferences must not hold.
    public Candidates withoutBlank() {
        int[] kept = IntStream.range(0, completions.size())
                .filter(i -> !completions.get(i).isBlank())
                .toArray();
        return new Candidates(
                prompt,
                Arrays.stream(kept).mapToObj(completions::get).toList(),
                Arrays.stream(kept).mapToObj(rewards::get).toList());
    }
}
