package dev.poise.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.monitor.Symptom.Bend;
import dev.poise.monitor.Symptom.Displacement;
import dev.poise.monitor.Symptom.EntropyTurn;
import dev.poise.monitor.Symptom.Kind;
import dev.poise.monitor.Symptom.Length;
import dev.poise.monitor.Symptom.MassDrop;
import dev.poise.monitor.Symptom.Repetition;
import dev.poise.monitor.Symptom.Saturation;
import dev.poise.monitor.Symptom.Threshold;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WatchTest {

    private static final String ENTROPY = "monitor/entropy_top";
    private static final String MASS = "monitor/mass_top";

    private static final List<Alarm> ALL = List.of(
            new Alarm(new Displacement(0.1), 2),
            new Alarm(new EntropyTurn(Source.HELD_OUT, 0.1), 3),
            new Alarm(new EntropyTurn(Source.OWN, 0.2), 3),
            new Alarm(new MassDrop(Source.HELD_OUT, 0.05), 2),
            new Alarm(new MassDrop(Source.OWN, 0.05), 2),
            new Alarm(new Bend(0.25), 1),
            new Alarm(new Length(1.5, 0.3), 2),
            new Alarm(new Repetition(0.2), 2),
            new Alarm(new Saturation(0.02, 0.8), 2));

    /// Displacement waits for its patience, tells since when, and is over only below half of its threshold.
    @Test
    void displacementSpeaksOnceAndIsOverBelowHalf() {
        Watch watch = watch(new Alarm(new Displacement(0.1), 2));
        double[] change = {0, -0.12, -0.05, -0.11, -0.2, -0.3, -0.08, -0.06, -0.04, -0.049, -0.2};
        List<Event> events = run(watch, change.length, step -> {
            double fallen = change[step];
            return reading(HeldOut.CHANGE, fallen, HeldOut.DISPLACED, 0.9, HeldOut.MARGIN, 1.0 * step);
        });
        assertThat(events).extracting(Event::step).containsExactly(40L, 90L);
        assertThat(events).extracting(Event::kind).containsExactly(Event.Kind.ALARM, Event.Kind.CLEAR);
        assertThat(events.getFirst().since()).isEqualTo(30);
        assertThat(events.getFirst().happened())
                .startsWith("Held-out chosen answers have lost 0.200 nats a token since step 0, and 90 % of them");
        assertThat(events.getFirst().lines().get(3)).contains("mle");
    }

    /// A policy that writes one thing, or is rewarded the same for all it writes, or is sure of every token.
    @Test
    void collapseSpeaksOfOneAnswerOneRewardAndNoEntropy() {
        Watch watch = watch(new Alarm(new Symptom.Collapse(0.8, 0.01), 2));
        double[][] rounds = {{0.1, 0, 1}, {0.7, 0.7, 0.5}, {0.1, 0.8, 0.5}, {0.9, 0.2, 0.5}, {0.1, 0.1, 0.5}};
        List<Event> events = run(
                watch,
                rounds.length,
                i -> reading(
                        Rollout.EQUAL, rounds[i][0], Rollout.IDENTICAL, rounds[i][1], Rollout.ENTROPY, rounds[i][2]));
        assertThat(events).extracting(Event::kind).containsExactly(Event.Kind.ALARM);
        assertThat(events.getFirst().step()).isEqualTo(30);
        assertThat(events.getFirst().since()).isEqualTo(20);
        assertThat(run(watch, 3, i -> reading(Rollout.EQUAL, 0, Rollout.IDENTICAL, 0, Rollout.ENTROPY, 0.005 * i)))
                .as("entropy of at most 0.01 nats, the second time")
                .hasSize(1);
        assertThat(run(watch, 3, i -> reading(Rollout.EQUAL, 0, Rollout.IDENTICAL, 0, Rollout.ENTROPY, 0.02)))
                .isEmpty();
    }

    /// A chosen likelihood that falls without a growing margin, or for a few answers only, is something else.
    @Test
    void displacementNeedsAGrowingMarginAndHalfOfTheAnswers() {
        Watch watch = watch(new Alarm(new Displacement(0.1), 1));
        assertThat(run(watch, 5, i -> reading(HeldOut.CHANGE, -i, HeldOut.DISPLACED, 1, HeldOut.MARGIN, -i)))
                .isEmpty();
        assertThat(run(watch, 5, i -> reading(HeldOut.CHANGE, -i, HeldOut.DISPLACED, .4, HeldOut.MARGIN, i)))
                .isEmpty();
        assertThat(run(watch, 5, i -> reading(HeldOut.CHANGE, -i, HeldOut.DISPLACED, .5, HeldOut.MARGIN, i)))
                .hasSize(1);
    }

    /// Rises, turns, falls: the paper's first signal; with smoothing 1 the values are those given.
    @Test
    void entropyTurnsAfterItsHighestValueWhileTheLikelihoodFalls() {
        Watch watch = new Watch(List.of(new Alarm(new EntropyTurn(Source.HELD_OUT, 0.1), 2)), Set.of(), null, 1);
        double[] entropy = {2, 2.1, 2.3, 2.25, 2.19, 2.15, 2.1, 2.0};
        List<Event> events =
                run(watch, entropy.length, i -> reading(ENTROPY, entropy[i], HeldOut.CHOSEN, -1 - 0.1 * i));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().step()).isEqualTo(50);
        assertThat(events.getFirst().since()).isEqualTo(40);
        assertThat(events.getFirst().happened()).contains("highest at step 20 (2.30 bits");
        assertThat(run(watch, entropy.length, i -> reading(ENTROPY, entropy[i], HeldOut.CHOSEN, -1 + 0.1 * i)))
                .as("a likelihood that rises")
                .isEmpty();
    }

    /// No rise is asked for first: small runs fall from the start.
    @Test
    void entropyMayFallFromTheStart() {
        Watch watch = new Watch(List.of(new Alarm(new EntropyTurn(Source.OWN, 0.1), 1)), Set.of(), null, 1);
        List<Event> events =
                run(watch, 3, i -> reading("monitor/own/entropy_top", 2 - 0.2 * i, HeldOut.CHOSEN, -1 - 0.1 * i));
        assertThat(events).extracting(Event::name).containsExactly("entropy_turn/own");
        assertThat(events.getFirst().step()).isEqualTo(10);
    }

    @Test
    void massBendLengthRepetitionSaturationAndThresholdFire() {
        assertThat(names(2, i -> reading(MASS, 0.95 - 0.051 * i), new MassDrop(Source.HELD_OUT, 0.05)))
                .containsExactly("mass_drop");
        assertThat(names(3, i -> reading(HeldOut.CHOSEN, i == 2 ? -1.6 : -1.3), new Bend(0.25)))
                .containsExactly("bend");
        assertThat(names(3, i -> reading(HeldOut.CHOSEN, i == 2 ? -1 : -1.3), new Bend(0.25)))
                .as("a rise")
                .isEmpty();
        assertThat(names(2, i -> reading(Own.LENGTH, 20 + 11 * i, Own.UNFINISHED, 0), new Length(1.5, 0.3)))
                .containsExactly("length");
        assertThat(names(2, i -> reading(Own.LENGTH, 20, Own.UNFINISHED, 0.31 * i), new Length(1.5, 0.3)))
                .containsExactly("length");
        assertThat(names(2, i -> reading(Own.REPETITION, 0.1 + 0.21 * i), new Repetition(0.2)))
                .containsExactly("repetition");
        assertThat(names(
                        2,
                        i -> reading(Own.UNCHANGED, 0.9, HeldOut.WEIGHT_LEFT, i == 0 ? 1 : 0.01),
                        new Saturation(.02, .8)))
                .containsExactly("saturation");
        assertThat(names(
                        2,
                        i -> reading(Own.UNCHANGED, 0.5, HeldOut.WEIGHT_LEFT, i == 0 ? 1 : 0.01),
                        new Saturation(.02, .8)))
                .as("answers that changed")
                .isEmpty();
        assertThat(names(2, i -> reading(ENTROPY, 1.5 - i), new Threshold(ENTROPY, 0.6, null)))
                .containsExactly("threshold");
        assertThat(names(2, i -> reading(ENTROPY, 1.5 + i), new Threshold(ENTROPY, 0.6, 2.0)))
                .containsExactly("threshold");
    }

    /// The first reading is the baseline, whatever it shows.
    @Test
    void theFirstReadingNeverCounts() {
        assertThat(names(1, i -> reading(ENTROPY, 0.1), new Threshold(ENTROPY, 0.6, null)))
                .isEmpty();
        assertThat(names(2, i -> reading(ENTROPY, 0.1), new Threshold(ENTROPY, 0.6, null)))
                .hasSize(1);
    }

    /// A value that hops over its threshold and back raises one alarm, not ten.
    @Test
    void hysteresisKeepsAHoppingValueFromFlickering() {
        Watch watch = watch(new Alarm(new MassDrop(Source.HELD_OUT, 0.05), 1));
        assertThat(run(watch, 21, i -> reading(MASS, i == 0 ? 0.95 : i % 2 == 0 ? 0.91 : 0.89)))
                .hasSize(1);
    }

    /// A healthy run: the margin grows, chosen answers gain, entropy and mass wander within their noise.
    @Test
    void aHealthyRunStaysSilent() {
        for (long seed = 1; seed <= 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Watch watch = new Watch(ALL, Set.of(), null, 0.5);
            List<Event> events = run(watch, 60, i -> {
                double t = i / 60.0;
                return reading(
                        HeldOut.CHANGE,
                        0.1 * t + 0.01 * random.nextGaussian(),
                        HeldOut.CHOSEN,
                        -1.5 + 0.1 * t + 0.01 * random.nextGaussian(),
                        HeldOut.DISPLACED,
                        0.3 + 0.05 * random.nextGaussian(),
                        HeldOut.MARGIN,
                        3 * t,
                        HeldOut.WEIGHT_LEFT,
                        1 - 0.3 * t,
                        ENTROPY,
                        1.9 - 0.05 * t + 0.01 * random.nextGaussian(),
                        MASS,
                        0.95 + 0.005 * random.nextGaussian(),
                        "monitor/own/entropy_top",
                        1.8 + 0.03 * random.nextGaussian(),
                        "monitor/own/mass_top",
                        0.96 + 0.007 * random.nextGaussian(),
                        Own.LENGTH,
                        40 + 2 * random.nextGaussian(),
                        Own.UNFINISHED,
                        0.1 + 0.03 * random.nextGaussian(),
                        Own.REPETITION,
                        0.05 + 0.02 * random.nextGaussian(),
                        Own.UNCHANGED,
                        Math.exp(-3 * t));
            });
            assertThat(events).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void notANumberIsToldOnceAndHarmsNothing() {
        Watch watch = watch(new Alarm(new MassDrop(Source.HELD_OUT, 0.05), 2));
        double[] mass = {0.95, 0.88, Double.NaN, Double.NaN, 0.87, Double.POSITIVE_INFINITY};
        List<Event> events = run(watch, mass.length, i -> reading(MASS, mass[i]));
        assertThat(events).extracting(Event::name).containsExactly("not_finite", "mass_drop", "not_finite");
        assertThat(events.getFirst().happened()).isEqualTo("monitor/mass_top is NaN.");
        assertThat(events.get(1).since()).isEqualTo(10);
    }

    @Test
    void aStopRuleEndsTheRunOnceWithItsReason() {
        Watch watch = new Watch(
                List.of(new Alarm(new MassDrop(Source.HELD_OUT, 0.05), 1), new Alarm(new Bend(0.25), 1)),
                Set.of(Kind.MASS_DROP),
                null,
                0.5);
        List<Event> events = run(watch, 4, i -> reading(MASS, 0.95 - 0.03 * i, HeldOut.CHOSEN, -1.0 * i));
        assertThat(events).extracting(Event::kind).containsExactly(Event.Kind.ALARM, Event.Kind.ALARM, Event.Kind.STOP);
        assertThat(events.getLast().happened()).startsWith("the run ends after step 20 by monitor.stop: mass_drop.");
    }

    /// λ by hand: lag 2, so the first change is at the third reading, against the first.
    @Test
    void theGovernorFollowsItsRule() {
        Governor governor = new Governor(1, 0.5, 0.01, 10, 2);
        Watch watch = new Watch(List.of(), Set.of(), governor, 0.5);
        double[] entropy = {2, 2.2, 1.8, 2.1, 1.0};
        double[] mass = {0.9, 0.8, 0.95, 0.9, 0.9};
        Watch.State state = watch.start(0.2);
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i < entropy.length; i++) {
            state = watch.next(state, new Reading(i, reading(ENTROPY, entropy[i], MASS, mass[i])))
                    .state();
            weights.add(state.weight().orElseThrow());
        }
        double third = 0.2 * Math.exp(0.5 * (0.2 / 2 - 0.05 / 0.9));
        double fourth = third * Math.exp(0.5 * (0.1 / 2.2 + 0));
        double fifth = fourth * Math.exp(0.5 * (1.2 / 2.2 + (0.95 - 0.9) / 0.95));
        assertThat(weights.subList(0, 2)).containsExactly(0.2, 0.2);
        assertThat(weights.get(2)).isCloseTo(third, within(1e-14));
        assertThat(weights.get(3)).isCloseTo(fourth, within(1e-14));
        assertThat(weights.get(4)).isCloseTo(fifth, within(1e-14));
    }

    @Test
    void theGovernorStaysBetweenItsEndsAndSaysWhy() {
        Watch watch = new Watch(List.of(), Set.of(), new Governor(0, 100, 0.1, 0.5, 1), 0.5);
        List<Event> events = run(watch, 6, i -> reading(ENTROPY, i < 3 ? 2 - 0.1 * i : 3 + i, MASS, 0.9));
        assertThat(events).extracting(Event::name).containsOnly("objective.0");
        assertThat(events.getFirst().happened())
                .isEqualTo("the weight of objective.0 went from 0.2000 to 0.5000: entropy 1.900 bits beside 2.000"
                        + " before, mass 0.9000 beside 0.9000.");
        assertThat(events.getLast().happened()).contains("to 0.1000:");
    }

    @Test
    void eventsComeBackFromTheirLine() {
        Event event = new Event(7, Event.Kind.ALARM, "bend", 5, "t", "h", "m", "a");
        assertThat(Event.of(7, event.values())).contains(event);
        SequencedMap<String, Object> later = new LinkedHashMap<>(event.values());
        later.put("event", "premonition");
        assertThat(Event.of(7, later)).as("of a later version").isEmpty();
        later.put("event", "alarm");
        later.remove("advice");
        assertThat(Event.of(7, later)).as("of an earlier one").isEmpty();
    }

    private interface Values {
        SequencedMap<String, Double> at(int i);
    }

    private static Watch watch(Alarm alarm) {
        return new Watch(List.of(alarm), Set.of(), null, 0.5);
    }

    private static List<String> names(int readings, Values values, Symptom symptom) {
        return run(watch(new Alarm(symptom, 1)), readings, values).stream()
                .map(Event::name)
                .toList();
    }

    /// Readings every ten steps.
    private static List<Event> run(Watch watch, int readings, Values values) {
        List<Event> events = new ArrayList<>();
        Watch.State state = watch.start(0.2);
        for (int i = 0; i < readings; i++) {
            Watch.Outcome outcome = watch.next(state, new Reading(10L * i, values.at(i)));
            state = outcome.state();
            events.addAll(outcome.events());
        }
        return events;
    }

    private static SequencedMap<String, Double> reading(Object... namesAndValues) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        IntStream.range(0, namesAndValues.length / 2)
                .mapToObj(i ->
                        Map.entry((String) namesAndValues[2 * i], ((Number) namesAndValues[2 * i + 1]).doubleValue()))
                .forEach(entry -> values.put(entry.getKey(), entry.getValue()));
        return values;
    }
}
