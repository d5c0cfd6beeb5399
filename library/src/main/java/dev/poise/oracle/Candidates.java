package dev.poise.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
    /// @throws RewardException naming the first prompt and completion whose reward is not finite or fails
    /// @throws IllegalArgumentException when the reward gives another number of answers than it was asked for
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
        Iterator<Double> scores =
                Arrays.stream(scores(reward, asked, answers, completions)).iterator();
        List<Candidates> candidates = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            List<Double> rewards =
                    completions.get(i).stream().map(completion -> scores.next()).toList();
            candidates.add(new Candidates(prompts.get(i), completions.get(i), rewards));
        }
        return candidates;
    }

    private static double[] scores(
            Reward reward, List<String> asked, List<String> answers, List<List<String>> completions) {
        double @Nullable [] given;
        try {
            given = reward.scoreAll(asked, answers);
        } catch (RewardException e) {
            throw named(e, completions);
        }
        if (given == null || given.length != answers.size()) {
            throw new IllegalArgumentException("a reward must give one number for each of " + answers.size()
                    + " completions, got " + (given == null ? "none" : given.length));
        }
        for (int i = 0; i < given.length; i++) {
            if (!Double.isFinite(given[i])) {
                throw named(new RewardException(i, "must be finite, got " + given[i], null), completions);
            }
        }
        return given;
    }

    /// Says which prompt's completion it was and which of it.
    private static RewardException named(RewardException e, List<List<String>> completions) {
        int prompt = 0;
        int completion = e.answer();
        while (completion >= completions.get(prompt).size()) {
            completion -= completions.get(prompt).size();
            prompt++;
        }
        return e.calling("reward of prompt " + prompt + ", completion " + completion);
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
