package dev.poise.monitor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything that is watched in a run: a pure machine over its readings.
///
/// @param alarms every alarm, in the order in which they are told
/// @param stop symptoms whose alarm ends the run
/// @param governor adapts a weight; null for none
/// @param smoothing how much of a smoothed value the newest reading is, in (0, 1]
public record Watch(
        List<Alarm> alarms,
        Set<Symptom.Kind> stop,
        @Nullable Governor governor,
        double smoothing) {

    public Watch {
        alarms = List.copyOf(alarms);
        stop = Set.copyOf(stop);
        if (!(smoothing > 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("smoothing must be in (0, 1], got " + smoothing);
        }
    }

    /// Where everything stands: what a checkpoint keeps.
    ///
    /// @param course how the metrics went
    /// @param alarms by symptom id
    /// @param lost metrics whose last value was not finite
    /// @param governed the governor's state; null without one
    /// @param stopped why the run ends; null while it goes on
    public record State(
            Course course,
            SequencedMap<String, Alarm.State> alarms,
            Set<String> lost,
            Governor.@Nullable State governed,
            @Nullable String stopped) {

        public State {
            alarms = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(alarms));
            lost = Collections.unmodifiableSet(new LinkedHashSet<>(lost));
        }

        /// λ of the governed term; nothing without a governor.
        public Optional<Double> weight() {
            return Optional.ofNullable(governed).map(Governor.State::weight);
        }

        /// Why the run ends.
        public Optional<String> reason() {
            return Optional.ofNullable(stopped);
        }
    }

    /// What a reading led to.
    ///
    /// @param events in the order in which they are to be told
    public record Outcome(State state, List<Event> events) {}

    /// The state before the first reading.
    ///
    /// @param weight λ of the governed term as the recipe has it; not read without a governor
    public State start(double weight) {
        return new State(
                Course.start(),
                new LinkedHashMap<>(),
                Set.of(),
                governor == null ? null : governor.start(weight),
                null);
    }

    /// Takes in a reading. The first one is the baseline of all.
    public Outcome next(State state, Reading reading) {
        Course course = state.course().next(reading, smoothing);
        List<Event> events = new ArrayList<>();
        Set<String> lost = new LinkedHashSet<>(state.lost());
        tellLost(reading, lost, events);
        SequencedMap<String, Alarm.State> states = new LinkedHashMap<>(state.alarms());
        String stopped = state.stopped();
        for (Alarm alarm : alarms) {
            String id = alarm.symptom().id();
            Alarm.Move move = alarm.next(states.getOrDefault(id, Alarm.State.start()), reading, course);
            states.put(id, move.state());
            move.event().ifPresent(events::add);
            boolean ends =
                    move.state().raised() && stop.contains(alarm.symptom().kind());
            if (ends && stopped == null) {
                Event event = stop(reading.step(), id, move.event());
                events.add(event);
                stopped = event.happened();
            }
        }
        Governor.State governed = state.governed();
        if (governor != null && governed != null) {
            Governor.Move move = governor.next(governed, reading);
            governed = move.state();
            move.event().ifPresent(events::add);
        }
        return new Outcome(new State(course, states, lost, governed, stopped), events);
    }

    private static Event stop(long step, String id, Optional<Event> alarm) {
        String reason = alarm.map(Event::happened).orElse("its alarm is raised.");
        return new Event(
                step,
                Event.Kind.STOP,
                id,
                step,
                "Stopped",
                "the run ends after step " + step + " by monitor.stop: " + id + ". " + reason,
                "",
                "");
    }

    /// Tells of metrics that stopped being numbers, once each.
    private static void tellLost(Reading reading, Set<String> lost, List<Event> events) {
        for (String metric : reading.values().keySet()) {
            boolean finite = reading.finite(metric).isPresent();
            if (finite) {
                lost.remove(metric);
            } else if (lost.add(metric)) {
                events.add(new Event(
                        reading.step(),
                        Event.Kind.ALARM,
                        "not_finite",
                        reading.step(),
                        "Not a number",
                        metric + " is " + reading.values().get(metric) + ".",
                        "the policy gives some held-out token no probability at all, or its logits overflow. Training"
                                + " goes on as it would without monitors.",
                        "look at grad_norm and weights/max before this step; a lower learning rate or"
                                + " train.precision float32 usually helps."));
            }
        }
    }
}
