package dev.poise.monitor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// Every metric's way so far.
///
/// @param tracks by metric name
public record Course(SequencedMap<String, Track> tracks) {

    public Course {
        tracks = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tracks));
    }

    static Course start() {
        return new Course(new LinkedHashMap<>());
    }

    /// With a reading's finite values.
    Course next(Reading reading, double smoothing) {
        SequencedMap<String, Track> moved = new LinkedHashMap<>(tracks);
        for (String metric : reading.values().keySet()) {
            reading.finite(metric)
                    .ifPresent(value -> moved.merge(
                            metric,
                            Track.start(reading.step(), value),
                            (track, fresh) -> track.next(reading.step(), value, smoothing)));
        }
        return new Course(moved);
    }

    /// A metric's way; nothing before its first finite value.
    public Optional<Track> track(String metric) {
        return Optional.ofNullable(tracks.get(metric));
    }
}
