package dev.poise.remote;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A service that did not answer all it was asked. What it answered before counts.
final class NoAnswer extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean passing;
    private final @Nullable Duration after;

    private NoAnswer(String what, boolean passing, @Nullable Duration after, @Nullable Throwable cause) {
        super(what, cause);
        this.passing = passing;
        this.after = after;
    }

    /// Another try may help.
    static NoAnswer now(String what, @Nullable Throwable cause) {
        return new NoAnswer(what, true, null, cause);
    }

    /// Another try may help after a while that the service has named; null where it named none.
    static NoAnswer until(String what, @Nullable Duration after) {
        return new NoAnswer(what, true, after, null);
    }

    /// Another try would give the same.
    static NoAnswer ever(String what) {
        return new NoAnswer(what, false, null, null);
    }

    boolean passing() {
        return passing;
    }

    @Nullable
    Duration after() {
        return after;
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
