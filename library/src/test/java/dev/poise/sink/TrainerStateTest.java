package dev.poise.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.run.MetricLine;
import dev.poise.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TrainerStateTest {

    private static final JsonMapper PYTHON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    @TempDir
    private Path directory;

    private JsonNode state(List<MetricLine> lines) throws IOException {
        RunDirectory run = TensorBoardTest.run(directory.resolve("run"), lines);
        Path file = directory.resolve("trainer_state.json");
        TrainerState.read(run).writeTo(file);
        return PYTHON.readTree(Files.readAllBytes(file));
    }

    /// Keys of `transformers` 5.18 and what it takes by default (`src/test/python/make_outputs.py`).
    @Test
    void keysAreThoseOfTransformersAndWhatARunHasNoWordForIsItsDefault() throws IOException {
        JsonNode state = state(TensorBoardTest.LINES);
        JsonNode golden = PYTHON.readTree(Files.readAllBytes(Path.of("src/test/resources/golden/outputs.json")))
                .get("trainer_state");
        assertThat(state.propertyNames()).containsExactlyInAnyOrderElementsOf(golden.propertyNames());
        for (String key : List.of(
                "is_hyper_param_search",
                "is_local_process_zero",
                "is_world_process_zero",
                "stateful_callbacks",
                "trial_name",
                "trial_params")) {
            assertThat(state.get(key)).as(key).isEqualTo(golden.get(key));
        }
    }

    @Test
    void aStateSaysHowFarTheRunCameAndWhatWasBest() throws IOException {
        JsonNode state = state(TensorBoardTest.LINES);
        assertThat(state.get("global_step").intValue()).isEqualTo(4);
        assertThat(state.get("epoch").doubleValue()).isEqualTo(1);
        // Four steps an epoch, two and a half epochs.
        assertThat(state.get("max_steps").intValue()).isEqualTo(10);
        assertThat(state.get("num_train_epochs").intValue()).isEqualTo(3);
        assertThat(state.get("num_input_tokens_seen").intValue()).isEqualTo(2000);
        assertThat(state.get("train_batch_size").intValue()).isEqualTo(6);
        assertThat(state.get("logging_steps").intValue()).isEqualTo(2);
        assertThat(state.get("eval_steps").intValue()).isEqualTo(2);
        assertThat(state.get("save_steps").intValue()).isEqualTo(500);
        assertThat(state.get("best_metric").doubleValue()).isEqualTo(0.5);
        assertThat(state.get("best_global_step").intValue()).isEqualTo(2);
        assertThat(state.get("best_model_checkpoint").stringValue())
                .isEqualTo(directory.resolve("run/checkpoint-2").toString());
        JsonNode history = state.get("log_history");
        assertThat(history.size())
                .as("lines of numbers, not what monitors told")
                .isEqualTo(5);
        assertThat(history.get(1).toString())
                .isEqualTo(
                        "{\"epoch\":0.5,\"loss\":0.625,\"grad_norm\":3.5,\"num_tokens\":1000,\"elapsed_seconds\":4.0,"
                                + "\"step\":2}");
        assertThat(history.get(2).toString()).isEqualTo("{\"epoch\":0.5,\"eval_loss\":0.5,\"step\":2}");
        assertThat(history.get(3).get("loss").doubleValue()).isNaN();
    }

    @Test
    void nothingIsBestBeforeAnEvaluationAndNoMetricsAreNoState() throws IOException {
        JsonNode state = state(TensorBoardTest.LINES.subList(0, 2));
        assertThat(state.get("best_metric").isNull()).isTrue();
        assertThat(state.get("best_model_checkpoint").isNull()).isTrue();
        assertThatThrownBy(() -> state(List.of())).hasMessageContaining("must hold metrics, got no line yet");
    }
}
