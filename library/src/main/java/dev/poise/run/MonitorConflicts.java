package dev.poise.run;

import dev.poise.monitor.Alarm;
import dev.poise.monitor.Governor;
import dev.poise.monitor.Symptom;
import dev.poise.monitor.Symptom.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reports keys of the section `monitor` that are legal by themselves and not together.
final class MonitorConflicts {

    /// Symptoms that show in the policy's own answers only.
    private static final Set<Kind> OF_OWN_ANSWERS = EnumSet.of(Kind.LENGTH, Kind.REPETITION, Kind.SATURATION);

    private MonitorConflicts() {}

    static void report(Recipe recipe, Diagnosis diagnosis) {
        Recipe.Monitor monitor = recipe.monitor();
        boolean watches = monitor.every() > 0 && recipe.data().evaluate().isPresent();
        if (!diagnosis.sound("monitor.every", "data.evaluate", "monitor.stop", "monitor.governor")) {
            return;
        }
        String off = monitor.every() == 0
                ? "monitors are off (monitor.every is 0)"
                : "there is nothing to monitor: data.evaluate is 0";
        boolean online = recipe.method() == Recipe.Method.ONLINE;
        // What an on-policy run writes is looked at whether or not rows are held out.
        boolean seen = watches
                || (online && Set.of(Kind.COLLAPSE).containsAll(monitor.watch().stop()));
        if (!seen && !monitor.watch().stop().isEmpty()) {
            diagnosis.problem("monitor.stop", "must be none where " + off);
        }
        if (seen) {
            monitor.watch().stop().stream().sorted().forEach(kind -> reportStop(kind, monitor, diagnosis));
        }
        Governor governor = monitor.watch().governor();
        if (governor != null) {
            reportGovernor(governor, watches, off, recipe, diagnosis);
        }
        reportBest(recipe, watches, off, diagnosis);
    }

    private static void reportStop(Kind kind, Recipe.Monitor monitor, Diagnosis diagnosis) {
        String word = RecipeText.word(kind);
        List<Alarm> alarms = monitor.watch().alarms().stream()
                .filter(alarm -> alarm.symptom().kind() == kind)
                .toList();
        if (alarms.stream().allMatch(alarm -> alarm.patience() == 0)) {
            diagnosis.problem("monitor.stop", "must not hold " + word + ", whose alarm is off (patience 0)");
        }
        if (OF_OWN_ANSWERS.contains(kind) && monitor.generate().every() == 0) {
            diagnosis.problem(
                    "monitor.stop",
                    "must not hold " + word + " where monitor.generate.every is 0: it shows in answers");
        }
        boolean unbounded = alarms.stream()
                .anyMatch(
                        alarm -> alarm.symptom() instanceof Symptom.Threshold(String metric, Double below, Double above)
                                && below == null
                                && above == null);
        if (unbounded) {
            diagnosis.problem(
                    "monitor.stop",
                    "must not hold threshold without a bound: give monitor.alarms.threshold.below or above");
        }
    }

    private static void reportGovernor(
            Governor governor, boolean watches, String off, Recipe recipe, Diagnosis diagnosis) {
        String key = "monitor.governor.term";
        int terms = recipe.objective().terms().size();
        if (!diagnosis.sound(key, "objective")) {
            return;
        }
        if (!watches) {
            diagnosis.problem(key, "must be none where " + off);
        } else if (governor.term() >= terms) {
            diagnosis.problem(
                    key, "must be the place of a term in objective, 0 to " + (terms - 1) + ", got " + governor.term());
        } else {
            double weight = recipe.objective().terms().get(governor.term()).weight();
            if (weight < governor.low() || weight > governor.high()) {
                diagnosis.problem(
                        key,
                        "must name a term whose weight lies in [low, high] = [" + RecipeText.number(governor.low())
                                + ", " + RecipeText.number(governor.high()) + "], got objective." + governor.term()
                                + " with " + RecipeText.number(weight));
            }
        }
    }

    private static void reportBest(Recipe recipe, boolean watches, String off, Diagnosis diagnosis) {
        String best = recipe.checkpoint().best();
        if (best == null || !best.startsWith("monitor/") || !diagnosis.sound("checkpoint.best")) {
            return;
        }
        if (!watches) {
            diagnosis.problem("checkpoint.best", "must not be a monitor where " + off);
        }
        if (recipe.checkpoint().better() == Recipe.Better.AUTO && diagnosis.sound("checkpoint.better")) {
            diagnosis.problem(
                    "checkpoint.better", "must be larger | smaller where checkpoint.best is a monitor, got auto");
        }
    }
}
