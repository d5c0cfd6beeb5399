package dev.poise.report;

import dev.poise.monitor.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns the lines of `metrics.jsonl` into curves.
final class MetricsReader {

    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private final Map<String, Recording> recordings = new LinkedHashMap<>();
    private final Map<String, Long> notFinite = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private long withoutStep;
    private long unknownEvents;

    /// A line: a step and what was measured or what happened there.
    void add(ObjectNode line) {
        JsonNode step = line.path("step");
        if (!step.isNumber() || !step.canConvertToLong()) {
            withoutStep++;
            return;
        }
        if (line.has(Event.KEY)) {
            addEvent(step.asLong(), line);
            return;
        }
        line.propertyStream().forEach(entry -> {
            if (isNumber(entry.getValue()) && !entry.getKey().equals("step")) {
                add(entry.getKey(), step.asLong(), entry.getValue().asDouble(Double.NaN));
            }
        });
    }

    /// JSON has no NaN and no infinities: they are written as texts.
    private static boolean isNumber(JsonNode value) {
        return value.isNumber() || (value.isString() && NOT_FINITE.contains(value.asString()));
    }

    private void addEvent(long step, ObjectNode line) {
        Map<String, Object> values = new LinkedHashMap<>();
        line.propertyStream().forEach(entry -> {
            JsonNode value = entry.getValue();
            values.put(
                    entry.getKey(), value.canConvertToLong() && value.isNumber() ? value.asLong() : value.asString(""));
        });
        Optional<Event> event = Event.of(step, values);
        // The run was resumed from before what it had told.
        events.removeIf(told -> told.step() > step);
        if (event.isEmpty()) {
            unknownEvents++;
        } else if (!events.contains(event.get())) {
            events.add(event.get());
        }
    }

    /// What happened, in order.
    List<Event> events() {
        return List.copyOf(events);
    }

    private void add(String name, long step, double value) {
        if (Double.isFinite(value)) {
            recordings.computeIfAbsent(name, absent -> new Recording()).add(step, value);
        } else {
            notFinite.putIfAbsent(name, step);
        }
    }

    /// Everything logged, in the order the names came up.
    List<Curve> curves() {
        return recordings.entrySet().stream()
                .map(entry -> entry.getValue().curve(entry.getKey()))
                .toList();
    }

    /// A sentence for every metric that was not a finite number somewhere.
    List<Finding> findings() {
        return notFinite.entrySet().stream()
                .map(entry -> new Finding(
                        "Not a number",
                        entry.getKey() + " was not finite at step " + entry.getValue()
                                + ": nothing measured after it can be trusted."))
                .toList();
    }

    /// What could not be used.
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (withoutStep > 0) {
            problems.add("metrics.jsonl has " + withoutStep + " lines without a step; they are left out");
        }
        if (unknownEvents > 0) {
            problems.add(
                    "metrics.jsonl has " + unknownEvents + " events of another version of Poise; they are left out");
        }
        return problems;
    }

    /// Growing columns. A step that is not beyond the last one rewinds: the run was resumed from before it.
    private static final class Recording {
        private long[] steps = new long[64];
        private double[] values = new double[64];
        private int size;

        void add(long step, double value) {
            while (size > 0 && steps[size - 1] >= step) {
                size--;
            }
            if (size == steps.length) {
                steps = Arrays.copyOf(steps, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            steps[size] = step;
            values[size] = value;
            size++;
        }

        Curve curve(String name) {
            return Curve.of(name, Arrays.copyOf(steps, size), Arrays.copyOf(values, size));
        }
    }
}
