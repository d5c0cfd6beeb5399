package dev.poise.remote;

/// What asking a service came to, in this process.
///
/// @param calls answers that it gave: what is paid for
/// @param remembered answers that were at hand, or asked for twice in a batch
/// @param retries how often something was asked again
/// @param seconds spent on asking, waiting for another try included
public record Counts(long calls, long remembered, long retries, double seconds) {

    /// Before anything was asked.
    public static final Counts NONE = new Counts(0, 0, 0, 0);

    /// Of two services, or of one before and after.
    public Counts plus(Counts other) {
        return new Counts(
                calls + other.calls, remembered + other.remembered, retries + other.retries, seconds + other.seconds);
    }
}
