package dev.poise.monitor;

/// One metric's way so far: as much of it as alarms ask for.
///
/// @param readings how many finite values there were, at least 1
/// @param first the value at the start, which everything is held against
/// @param before the value before the last one; the first one where there is no other
/// @param last the last value
/// @param smoothBefore the smoothed value before the last one
/// @param smooth exponential moving average
/// @param peak the largest smoothed value so far, the first one included
/// @param peakStep where that was
public record Track(
        long readings,
        double first,
        double before,
        double last,
        double smoothBefore,
        double smooth,
        double peak,
        long peakStep) {

    static Track start(long step, double value) {
        return new Track(1, value, value, value, value, value, value, step);
    }

    /// With one more value.
    ///
    /// @param smoothing how much of the average the new value is, in (0, 1]
    Track next(long step, double value, double smoothing) {
        double mean = smooth + smoothing * (value - smooth);
        boolean higher = mean > peak;
        return new Track(
                readings + 1, first, last, value, smooth, mean, higher ? mean : peak, higher ? step : peakStep);
    }
}
