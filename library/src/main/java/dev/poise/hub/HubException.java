package dev.poise.hub;

/// A model or data set that cannot be had from the hub: which, why, and what can be done.
public final class HubException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param problem what is wrong
    public HubException(String problem) {
        super(problem);
    }

    /// @param problem what is wrong
    /// @param cause what reported it first
    public HubException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
