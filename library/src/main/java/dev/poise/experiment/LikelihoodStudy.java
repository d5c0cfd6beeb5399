package dev.poise.experiment;

import dev.poise.monitor.Alarm;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Source;
import dev.poise.monitor.Symptom;
import java.util.List;

/// Runs in which preferred answers were made likelier, or less likely, for long.
///
/// @param scale how long and how closely a run is followed
/// @param pairs of a seed, mean
/// @param grid one run a setting, all of the first seed
/// @param governed runs of several seeds a setting, with λ fixed and with λ adapted
record LikelihoodStudy(Trail.Scale scale, double pairs, List<Trail> grid, List<Series<Trail>> governed) {

    /// The stop rules as a recipe has them where it names no number; the threshold, which has no number of its own,
    /// at nine tenths of where entropy started.
    List<Alarm> rules() {
        double start = grid.getFirst().looks().getFirst().metric(Source.HELD_OUT.metric(HeldOut.ENTROPY));
        double below = 0.9 * start;
        return List.of(
                new Alarm(new Symptom.EntropyTurn(Source.HELD_OUT, 0.1), 3),
                new Alarm(new Symptom.EntropyTurn(Source.OWN, 0.1), 3),
                new Alarm(new Symptom.MassDrop(Source.HELD_OUT, 0.05), 2),
                new Alarm(new Symptom.MassDrop(Source.OWN, 0.05), 2),
                new Alarm(new Symptom.Threshold(Source.HELD_OUT.metric(HeldOut.ENTROPY), below, null), 1),
                new Alarm(new Symptom.Bend(0.25), 1),
                new Alarm(new Symptom.Displacement(0.1), 2));
    }
}
