package dev.poise.remote;

import dev.poise.oracle.Reward;
import dev.poise.oracle.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A reward that a command or an endpoint gives.
///
/// What it has answered once it is not asked again, so that equal completions have equal rewards whatever it does.
public final class RemoteReward implements Reward, AutoCloseable {

    private final Inquiry inquiry;

    /// Opens it: a command is started, an endpoint not yet asked.
    ///
    /// @param answers what was answered before, and where answers go; stays open
    /// @param seed of the stream that pauses are drawn from
    /// @param told of what fails and is tried again, a line each
    /// @throws IllegalArgumentException when there is no such program or environment variable
    public RemoteReward(Service service, Answers answers, long seed, Consumer<String> told) {
        this.inquiry = new Inquiry(service, Reply.SCORE, answers, seed, told);
    }

    /// What is asked.
    public Service service() {
        return inquiry.service();
    }

    /// What asking it came to so far.
    public Counts counts() {
        return inquiry.counts();
    }

    @Override
    public double score(String prompt, String completion) {
        return scoreAll(List.of(prompt), List.of(completion))[0];
    }

    /// The rewards of one completion for every prompt, asked for in batches.
    ///
    /// @throws dev.poise.oracle.RewardException naming the first answer that there is none for, after all
    ///     retries; what was answered is kept
    @Override
    public double[] scoreAll(List<String> prompts, List<String> completions) {
        if (prompts.size() != completions.size()) {
            throw new IllegalArgumentException("completions must be one a prompt, got " + completions.size() + " for "
                    + prompts.size() + " prompts");
        }
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            questions.add(new Question(prompts.get(i), List.of(completions.get(i))));
        }
        return inquiry.answers(questions);
    }

    @Override
    public void close() {
        inquiry.close();
    }
}
