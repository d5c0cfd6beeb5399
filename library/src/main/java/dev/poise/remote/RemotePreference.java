package dev.poise.remote;

import dev.poise.oracle.Preference;
import dev.poise.oracle.RewardException;
import dev.poise.oracle.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A preference that a command or an endpoint gives: P(completion beats other | prompt), which need not come from a
/// reward. Asked in the order given: where P(y beats y') and P(y' beats y) do not add up to 1, that is the service's.
public final class RemotePreference implements Preference, AutoCloseable {

    private final Inquiry inquiry;

    /// Opens it: a command is started, an endpoint not yet asked.
    ///
    /// @param answers what was answered before, and where answers go; stays open
    /// @param seed of the stream that pauses are drawn from
    /// @param told of what fails and is tried again, a line each
    /// @throws IllegalArgumentException when there is no such program or environment variable
    public RemotePreference(Service service, Answers answers, long seed, Consumer<String> told) {
        this.inquiry = new Inquiry(service, Reply.PROBABILITY, answers, seed, told);
    }

    /// What asking it came to so far.
    public Counts counts() {
        return inquiry.counts();
    }

    @Override
    public double probability(String prompt, String completion, String other) {
        return probabilities(List.of(prompt), List.of(completion), List.of(other))[0];
    }

    /// The probabilities of many comparisons, asked for in batches.
    ///
    /// @param prompts as many as `completions` and `others`
    /// @throws RewardException naming the first comparison that there is no answer for, after all retries
    public double[] probabilities(List<String> prompts, List<String> completions, List<String> others) {
        if (prompts.size() != completions.size() || prompts.size() != others.size()) {
            throw new IllegalArgumentException("completions and others must be one a prompt, got " + completions.size()
                    + " and " + others.size() + " for " + prompts.size() + " prompts");
        }
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            questions.add(new Question(prompts.get(i), List.of(completions.get(i), others.get(i))));
        }
        return inquiry.answers(questions);
    }

    @Override
    public void close() {
        inquiry.close();
    }
}
