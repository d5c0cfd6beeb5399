package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import dev.poise.monitor.Alarm;
import dev.poise.monitor.Event;
import dev.poise.monitor.Watch;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a stop rule would have done in a run: where it would have stopped, and what that would have been worth.
///
/// @param trail the run as it went without the rule
/// @param stop where the rule stops it; nothing where it lets it go on
record Foresight(Trail trail, Optional<Trail.Look> stop) {

    /// P_win that has to be lost for a run to count as over-optimised.
    static final double LOSS = 0.05;

    private static final double SMOOTHING = 0.5;

    /// An alarm as a stop rule: the run ends at the look at which it speaks.
    static Foresight of(Trail trail, Alarm alarm) {
        Watch watch = new Watch(List.of(alarm), Set.of(alarm.symptom().kind()), null, SMOOTHING);
        Watch.State state = watch.start(0);
        for (Trail.Look look : trail.looks()) {
            Watch.Outcome outcome = watch.next(state, look.reading());
            state = outcome.state();
            if (outcome.events().stream().anyMatch(event -> event.kind() == Event.Kind.STOP)) {
                return new Foresight(trail, Optional.of(look));
            }
        }
        return new Foresight(trail, Optional.empty());
    }

    /// Whether the run was over-optimised: from its best look to its last P_win fell by more than [#LOSS], with an
    /// interval over prompts that leaves out 0. The best look is chosen by the same prompts, so a little of a small
    /// fall is luck.
    static boolean turned(Trail trail) {
        Trail.Look best = trail.peak(Trail.Look::win);
        Estimate fall = Estimate.pairedDifference(
                "fall", "share", best.wins(), trail.last().wins());
        return fall.value() > LOSS && fall.interval().low() > 0;
    }

    /// Where the run ends with the rule.
    Trail.Look end() {
        return stop.orElse(trail.last());
    }

    /// Steps from the stop to the turn of P_win: positive before it. Only where the rule stops.
    double lead() {
        return trail.peak(Trail.Look::win).step() - stop.orElseThrow().step();
    }

    /// P_win of the best look less P_win where the run ends.
    double regret() {
        return trail.peak(Trail.Look::win).win() - end().win();
    }
}
