package dev.poise.hub;

/// A model or data set that cannot be had from the hub: which, why, and what can be done.
public final class HubException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /// @param problem what is wrong
    public HubException(String problem) {
        super(problem);
        this.passing = false;
    }

    /// @param problem what is wrong
    /// @param cause what reported it first
    public HubException(String problem, Throwable cause) {
        super(problem, cause);
        this.passing = cause instanceof HubException other && other.passing;
    }

    private HubException(String problem, boolean passing) {
        super(problem);
        this.passing = passing;
    }

    /// A trouble of the hub that passes: it may be asked again later, and until then what is at hand will do.
    static HubException passing(String problem) {
        return new HubException(problem, true);
    }

    /// Whether it may be asked again later.
    boolean isPassing() {
        return passing;
    }
}
