package dev.poise.monitor;

import java.util.Optional;
import java.util.OptionalDouble;

/// Raises its voice when a symptom has counted for `patience` readings in a row, and is quiet again when it has been
/// calm for as many.
///
/// The first reading is the baseline and never counts. A reading that lacks the symptom's metric, or one whose
/// severity is between calm and bad, leaves a raised alarm raised and breaks the row of one that is not.
///
/// @param symptom what it listens to
/// @param patience readings; 0 for an alarm that never speaks
public record Alarm(Symptom symptom, int patience) {

    /// Below this severity a symptom is over: half of what raises it.
    static final double CALM = 0.5;

    public Alarm {
        if (patience < 0) {
            throw new IllegalArgumentException("patience must be at least 0, got " + patience);
        }
    }

    /// Where it stands.
    ///
    /// @param row readings in a row that were bad, or calm where it is raised
    /// @param since where the row of bad readings began
    /// @param raised whether it has spoken
    public record State(int row, long since, boolean raised) {

        static State start() {
            return new State(0, 0, false);
        }
    }

    /// @param event what is to be told, if anything
    record Move(State state, Optional<Event> event) {

        static Move quiet(State state) {
            return new Move(state, Optional.empty());
        }
    }

    /// @param course with the reading in it
    Move next(State state, Reading reading, Course course) {
        OptionalDouble severity = symptom.severity(course);
        boolean baseline = course.track(symptom.metric())
                .filter(track -> track.readings() > 1)
                .isEmpty();
        if (patience == 0 || reading.finite(symptom.metric()).isEmpty() || severity.isEmpty() || baseline) {
            return Move.quiet(state);
        }
        double now = severity.getAsDouble();
        return state.raised()
                ? whileRaised(state, reading.step(), now, course)
                : whileQuiet(state, reading, now, course);
    }

    private Move whileQuiet(State state, Reading reading, double severity, Course course) {
        if (!(severity >= 1)) {
            return Move.quiet(State.start());
        }
        long since = state.row() == 0 ? reading.step() : state.since();
        int row = state.row() + 1;
        if (row < patience) {
            return Move.quiet(new State(row, since, false));
        }
        Symptom.Story story = symptom.story(course);
        return new Move(
                new State(0, since, true),
                Optional.of(new Event(
                        reading.step(),
                        Event.Kind.ALARM,
                        symptom.id(),
                        since,
                        story.title(),
                        story.happened(),
                        story.meaning(),
                        story.advice())));
    }

    private Move whileRaised(State state, long step, double severity, Course course) {
        int row = severity < CALM ? state.row() + 1 : 0;
        if (row < patience) {
            return Move.quiet(new State(row, state.since(), true));
        }
        return new Move(
                State.start(),
                Optional.of(new Event(
                        step,
                        Event.Kind.CLEAR,
                        symptom.id(),
                        state.since(),
                        symptom.story(course).title(),
                        "it is over: less than half of what raised the alarm.",
                        "",
                        "")));
    }
}
