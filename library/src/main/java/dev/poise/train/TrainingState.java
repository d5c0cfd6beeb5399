package dev.poise.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Where a run stands after a step, besides weights and moments: all that the next step's numbers depend on.
///
/// @param step optimiser steps made
/// @param tokens tokens read so far, prompts counted for every sequence
/// @param data digest of the encoded training rows: a run goes on only over the same data
/// @param best the best value of the recipe's `checkpoint.best` metric; null before the first evaluation
/// @param bestStep the step it was measured at
/// @param interval sums of the metrics since the last line
/// @param evaluation the last evaluation's metrics; empty before the first
record TrainingState(
        long step,
        long tokens,
        String data,
        @Nullable Double best,
        long bestStep,
        SequencedMap<String, Averages.Sum> interval,
        SequencedMap<String, Double> evaluation) {

    private static final String FILE = "state.json";

    /// The state before the first step.
    static TrainingState start(String data) {
        return new TrainingState(0, 0, data, null, 0, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /// After one more step.
    TrainingState moved(long moreTokens) {
        return new TrainingState(step + 1, tokens + moreTokens, data, best, bestStep, interval, evaluation);
    }

    /// With a new best evaluation.
    TrainingState improved(double value, long atStep) {
        return new TrainingState(step, tokens, data, value, atStep, interval, evaluation);
    }

    /// With the metrics of an evaluation.
    TrainingState evaluated(SequencedMap<String, Double> metrics) {
        return new TrainingState(step, tokens, data, best, bestStep, interval, metrics);
    }

    /// With the metrics of an unfinished interval.
    TrainingState with(SequencedMap<String, Averages.Sum> sums) {
        return new TrainingState(step, tokens, data, best, bestStep, new LinkedHashMap<>(sums), evaluation);
    }

    void writeTo(Path directory) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("step", step)
                .put("tokens", tokens)
                .put("data", data)
                .put("best", best)
                .put("best_step", bestStep);
        ObjectNode sums = json.putObject("interval");
        interval.forEach((name, sum) -> sums.putArray(name).add(sum.total()).add(sum.count()));
        ObjectNode evaluated = json.putObject("evaluation");
        evaluation.forEach(evaluated::put);
        try {
            Files.writeString(directory.resolve(FILE), json.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be written", e);
        }
    }

    /// @throws IllegalStateException when the file is not one that [#writeTo] wrote
    static TrainingState readFrom(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
            SequencedMap<String, Averages.Sum> interval = new LinkedHashMap<>();
            json.required("interval")
                    .properties()
                    .forEach(entry -> interval.put(
                            entry.getKey(),
                            new Averages.Sum(
                                    entry.getValue().get(0).doubleValue(),
                                    entry.getValue().get(1).doubleValue())));
            SequencedMap<String, Double> evaluation = new LinkedHashMap<>();
            json.required("evaluation")
                    .properties()
                    .forEach(entry ->
                            evaluation.put(entry.getKey(), entry.getValue().doubleValue()));
            JsonNode best = json.required("best");
            return new TrainingState(
                    json.required("step").longValue(),
                    json.required("tokens").longValue(),
                    json.required("data").stringValue(),
                    best.isNull() ? null : best.doubleValue(),
                    json.required("best_step").longValue(),
                    interval,
                    evaluation);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read", e);
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalStateException(file + ": must be the state of a checkpoint: " + e.getMessage(), e);
        }
    }
}
