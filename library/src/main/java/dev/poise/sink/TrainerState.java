package dev.poise.sink;

import dev.poise.monitor.Event;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Best;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A run's state as the Trainer of `transformers` keeps it in `trainer_state.json`, so that what reads a training's
/// history there reads it of a run as well: `TrainerState.load_from_json`.
///
/// Source of the keys: `transformers`, `trainer_callback.py`. What a run has no word for has the Trainer's default.
///
/// @param values by key, in the order of the file
public record TrainerState(SortedMap<String, @Nullable Object> values) {

    /// As Python writes it: NaN and infinities are bare words there, which its reader and no strict one takes.
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /// The state after a run's last metric line.
    ///
    /// @throws IOException when the run has no metrics, or cannot be read
    public static TrainerState read(RunDirectory run) throws IOException {
        List<MetricLine> lines = Metrics.read(run.metrics());
        if (lines.isEmpty()) {
            throw new IOException(run.metrics() + " must hold metrics, got no line yet");
        }
        return of(Recipe.read(run.recipe(), List.of()), lines, run);
    }

    /// The state after some metric lines.
    ///
    /// @param lines at least one
    /// @param run where checkpoints lie
    public static TrainerState of(Recipe recipe, List<MetricLine> lines, RunDirectory run) {
        double epoch = 0;
        double stepsPerEpoch = 0;
        double tokens = 0;
        List<SequencedMap<String, Object>> history = new ArrayList<>();
        for (MetricLine line : lines) {
            if (line.values().containsKey(Event.KEY)) {
                continue;
            }
            SequencedMap<String, Object> entry = new LinkedHashMap<>();
            line.values().forEach((name, value) -> {
                if (!(value instanceof String)) {
                    entry.put(name, value);
                }
            });
            entry.put("step", line.step());
            history.add(entry);
            epoch = line.number("epoch").orElse(epoch);
            tokens = line.number("num_tokens").orElse(tokens);
            if (line.step() > 0 && epoch > 0) {
                stepsPerEpoch = Math.rint(line.step() / epoch);
            }
        }
        Optional<Best> best = Best.of(recipe.checkpoint(), lines);
        Long steps = recipe.train().maxSteps();
        long most = steps != null ? steps : (long) Math.ceil(recipe.train().epochs() * stepsPerEpoch);
        SortedMap<String, @Nullable Object> values = new TreeMap<>();
        values.put("best_global_step", best.map(Best::step).orElse(null));
        values.put("best_metric", best.map(Best::value).orElse(null));
        values.put(
                "best_model_checkpoint",
                best.map(one -> run.checkpoint(one.step()).toString()).orElse(null));
        values.put("epoch", epoch);
        values.put("eval_steps", recipe.evaluate().every());
        values.put("global_step", lines.getLast().step());
        values.put("is_hyper_param_search", false);
        values.put("is_local_process_zero", true);
        values.put("is_world_process_zero", true);
        values.put("log_history", history);
        values.put("logging_steps", recipe.log().every());
        values.put("max_steps", most);
        values.put("num_input_tokens_seen", (long) tokens);
        values.put("num_train_epochs", stepsPerEpoch == 0 ? 0 : (long) Math.ceil(most / stepsPerEpoch));
        values.put("save_steps", recipe.checkpoint().every());
        values.put("stateful_callbacks", Map.of());
        values.put("total_flos", 0.0);
        values.put("train_batch_size", recipe.train().batchPairs());
        values.put("trial_name", null);
        values.put("trial_params", null);
        return new TrainerState(values);
    }

    /// Writes it, in place of an earlier one, whole or not at all.
    public void writeTo(Path file) throws IOException {
        AtomicWrite.file(file, (JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
