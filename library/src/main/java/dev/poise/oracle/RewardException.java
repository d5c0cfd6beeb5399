package dev.poise.oracle;

import org.jspecify.annotations.Nullable;

/// A reward that gave no usable answer. Says which completion it was asked for, and never what is in it.
public final class RewardException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int answer;
    private final String problem;

    /// @param answer place of the completion among all that were scored together, from 0
    /// @param problem what must be and what was found
    /// @param cause what the reward threw; null where it answered
    public RewardException(int answer, String problem, @Nullable Throwable cause) {
        this("reward of answer " + answer, answer, problem, cause);
    }

    private RewardException(String what, int answer, String problem, @Nullable Throwable cause) {
        super(what + " " + problem, cause);
        this.answer = answer;
        this.problem = problem;
    }

    /// Place of the completion among all that were scored together, from 0.
    public int answer() {
        return answer;
    }

    /// The same, with the reward called something that its reader knows.
    ///
    /// @param what such as `round 3: the reward of completion 1 of the prompt at FILE:LINE`
    public RewardException calling(String what) {
        return new RewardException(what, answer, problem, this);
    }
}
