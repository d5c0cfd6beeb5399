package dev.poise.online;

import java.util.Arrays;
import java.util.List;

/// A prompt with its completions of one round.
///
/// @param round the round that drew them, from 0
/// @param row place of the prompt's row in the training data
/// @param prompt token ids
/// @param completions in the order in which they were drawn
public record Group(long round, int row, int[] prompt, List<Completion> completions) {

    public Group {
        completions = List.copyOf(completions);
    }

    /// One a completion.
    public List<Double> rewards() {
        return completions.stream().map(Completion::reward).toList();
    }

    /// Whether no reward differs from another, so that no pair can be made and no advantage is above another.
    public boolean rewardedEqually() {
        return completions.stream()
                .allMatch(one -> one.reward() == completions.getFirst().reward());
    }

    /// Whether all completions are the same tokens, of which there are at least two.
    public boolean identical() {
        return completions.size() > 1
                && completions.stream()
                        .allMatch(one -> Arrays.equals(
                                one.tokens(), completions.getFirst().tokens()));
    }

    /// The same with other completions.
    public Group with(List<Completion> others) {
        return new Group(round, row, prompt, others);
    }
}
