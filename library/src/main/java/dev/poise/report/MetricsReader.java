package dev.poise.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns the lines of `metrics.jsonl` into curves.
final class MetricsReader {

    private final Map<String, Recording> recordings = new LinkedHashMap<>();
    private final Map<String, Long> notFinite = new LinkedHashMap<>();
    private long withoutStep;

    /// A line: a step and what was measured there.
    void add(ObjectNode line) {
        JsonNode step = line.path("step");
        if (!step.isNumber() || !step.canConvertToLong()) {
            withoutStep++;
            return;
        }
        line.propertyStream().forEach(entry -> {
            if (entry.getValue().isNumber() && !entry.getKey().equals("step")) {
                add(entry.getKey(), step.asLong(), entry.getValue().asDouble(Double.NaN));
            }
        });
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
        return withoutStep == 0
                ? List.of()
                : List.of("metrics.jsonl has " + withoutStep + " lines without a step; they are left out");
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
