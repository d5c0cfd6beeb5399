package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.torch.Precision;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What configurations say, and that what they say wrongly is told with its place before any weight is read.
final class ConfigurationTest {

    @TempDir
    private Path directory;

    /// A golden's configuration with keys of another value; `null` removes nothing but says null.
    private Path changed(String model, String change) throws IOException {
        Path source = FamilyGoldenTest.directory(model).resolve("config.json");
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readAllBytes(source));
        JsonNode changes = JsonMapper.shared().readTree(change);
        changes.propertyStream().forEach(entry -> config.set(entry.getKey(), entry.getValue()));
        Files.writeString(directory.resolve("config.json"), config.toString());
        return directory;
    }

    private Architecture architecture(String model, String change) throws IOException {
        return ModelDirectory.architecture(changed(model, change));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            llama    | {'model_type': 'mamba'}                | model_type must be one of llama, mistral, qwen2, qwen3,
            gemma3   | {'model_type': 'gemma3', 'text_config': {}} | save its text model by itself
            llama    | {'hidden_act': 'quick_gelu'}           | hidden_act must be one of gelu_new,
            llama    | {'rope_parameters': {'rope_type': 'mrope', 'rope_theta': 100}} | rope_parameters.rope_type must be one of default, linear, dynamic, llama3, yarn, longrope, got mrope
            llama    | {'rope_parameters': {'rope_type': 'linear', 'factor': 0.5}} | rope_parameters.factor must be at least 1, got 0.5
            llama    | {'rope_parameters': {'rope_type': 'yarn', 'factor': 2, 'beta_fast': 1, 'beta_slow': 3}} | beta_fast must be at least beta_slow, and that positive, got 1.0 and 3.0
            llama    | {'rope_parameters': {'full_attention': {'rope_theta': 100}}} | rope_parameters must not differ by layer type
            llama    | {'partial_rotary_factor': 0.5}         | partial_rotary_factor must be 1 in this family, got 0.5
            llama    | {'num_attention_heads': 5}             | heads must be a multiple of key-value heads, got 5 and 2
            llama    | {'sliding_window': 8}                  | sliding_window is not of this family below max_position_embeddings, got 8
            llama    | {'num_hidden_layers': 0}               | num_hidden_layers must be from 1 to 1024, got 0
            llama    | {'quantization_config': {}}            | quantization_config is not supported
            mistral  | {'sliding_window': 0}                  | sliding_window must be at least 1, got 0
            mistral  | {'attention_bias': true}               | attention_bias must be false
            qwen2-window | {'sliding_window': null}           | sliding_window is missing, and layers are sliding_attention
            qwen2-window | {'layer_types': ['full_attention']} | layer_types must name num_hidden_layers = 3 layers, got 1
            qwen2-window | {'layer_types': ['full_attention', 'linear_attention', 'full_attention']} | layer_types must be full_attention or sliding_attention, got linear_attention
            qwen2-window | {'use_sliding_window': false}      | layer_types has sliding_attention, but use_sliding_window is false
            smollm3  | {'no_rope_layers': [1, 0]}             | no_rope_layers must say 0 or 1 for num_hidden_layers = 4 layers, got 2
            olmo2    | {'clip_qkv': 8.0}                      | clip_qkv is not supported, got 8.0
            phi3     | {'rope_parameters': {'rope_type': 'longrope', 'short_factor': [1, 2, 3], 'long_factor': [1, 2, 3], 'partial_rotary_factor': 0.5}} | short_factor must hold 2 numbers, one a rotated pair, got 3
            phi3     | {'original_max_position_embeddings': 32} | original_max_position_embeddings must be the 32 that the configuration says beside it, got 16
            gpt-neox | {'rope_parameters': {'partial_rotary_factor': 0.3}} | partial_rotary_factor must turn an even number of coordinates of a head of 4, got 0.3, that is 1
            gpt-neox | {'num_attention_heads': 3}             | num_attention_heads must divide hidden_size 16, got 3
            gemma2   | {'attn_logit_softcapping': -1}         | attn_logit_softcapping must be positive or null, got -1.0
            gemma2   | {'query_pre_attn_scalar': 0}           | query_pre_attn_scalar must be positive, got 0.0
            gemma3   | {'attn_logit_softcapping': 50.0}       | attn_logit_softcapping must be null
            gemma3   | {'rope_parameters': {'rope_theta': 100}} | rope_parameters must hold full_attention and sliding_attention
            gemma3   | {'use_bidirectional_attention': true}  | use_bidirectional_attention must be false
            """)
    void saysWhatIsWrongAndWhere(String model, String change, String message) throws IOException {
        Path changed = changed(model, change.replace('\'', '"'));
        assertThatThrownBy(() -> ModelDirectory.read(changed, Precision.FLOAT32, false))
                .isInstanceOf(ModelException.class)
                .message()
                .startsWith(directory.resolve("config.json") + ": ")
                .satisfies(text -> assertThat(text.replace("\"", "")).contains(message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model_type\": \"mixtral\"}",
                "{\"model_type\": \"qwen2_moe\", \"num_experts\": 60}",
                "{\"model_type\": \"qwen3_moe\"}",
                "{\"model_type\": \"gpt_oss\"}",
                "{\"model_type\": \"deepseek_v3\"}",
                "{\"model_type\": \"llama\", \"num_local_experts\": 8}"
            })
    void refusesMixturesOfExpertsByName(String change) throws IOException {
        Path changed = changed("llama", change);
        String type = JsonMapper.shared().readTree(change).get("model_type").stringValue();
        assertThatThrownBy(() -> ModelDirectory.read(changed, Precision.FLOAT32, false))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model_type")
                .hasMessageContaining("\"" + type + "\" with a mixture of experts, which Poise does not run");
    }

    @Test
    void readsWindowsAsTheFamilyMeansThem() throws IOException {
        assertThat(windows(architecture("mistral", "{}"))).containsExactly(6, 6);
        assertThat(windows(architecture("mistral", "{\"sliding_window\": null}")))
                .containsOnly(LayerType.ALL);
        assertThat(windows(architecture("qwen2-window", "{}"))).containsExactly(LayerType.ALL, 5, 5);
        assertThat(windows(architecture("qwen2-window", "{\"layer_types\": null, \"max_window_layers\": 2}")))
                .containsExactly(LayerType.ALL, LayerType.ALL, 5);
        assertThat(windows(architecture("gemma2", "{\"layer_types\": null}")))
                .containsExactly(5, LayerType.ALL, 5, LayerType.ALL);
        assertThat(windows(architecture("gemma3-old-config", "{\"sliding_window_pattern\": 2}")))
                .containsExactly(5, LayerType.ALL, 5, LayerType.ALL);
    }

    private static List<Integer> windows(Architecture architecture) {
        return architecture.layerTypes().stream().map(LayerType::window).toList();
    }

    @Test
    void aNullSoftCapIsNoneAndAnAbsentOneIsGemmasOwn() throws IOException {
        assertThat(architecture("gemma2", "{\"final_logit_softcapping\": null}").caps())
                .isEqualTo(new Architecture.Caps(2, Double.POSITIVE_INFINITY));
        Path source = changed("gemma2", "{}").resolve("config.json");
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readAllBytes(source));
        config.remove(List.of("attn_logit_softcapping", "final_logit_softcapping"));
        Files.writeString(source, config.toString());
        assertThat(ModelDirectory.architecture(directory).caps()).isEqualTo(new Architecture.Caps(50, 30));
    }

    /// Dynamic scaling is for sequences beyond the trained context, so they are within the model's.
    @Test
    void dynamicScalingLengthensTheContext() throws IOException {
        Architecture architecture = architecture("llama-rope-dynamic", "{}");
        assertThat(architecture.context()).isEqualTo(64);
        assertThat(architecture.steady()).isEqualTo(16);
        assertThat(architecture.turnsDiffer(15, 16)).isFalse();
        assertThat(architecture.turnsDiffer(16, 17)).isTrue();
        // θ (f L / T − (f − 1))^(r / (r − 2)) = 300 (4 · 32 / 16 − 3)^(4 / 2), to the power of −1/2
        Rotary rotary = java.util.Objects.requireNonNull(
                architecture.layerTypes().getFirst().rotary());
        assertThat(rotary.frequencies(32)[1]).isCloseTo(1 / Math.sqrt(300 * 25), within(1e-15));
        assertThat(rotary.frequencies(7)[1]).isCloseTo(1 / Math.sqrt(300), within(1e-15));
    }

    @Test
    void namesTensorsThatAreMissingOrOfAnotherShape() throws IOException {
        Path wide = changed("phi3", "{\"num_key_value_heads\": 4}");
        Files.copy(FamilyGoldenTest.directory("phi3").resolve("model.safetensors"), wide.resolve("model.safetensors"));
        assertThatThrownBy(() -> ModelDirectory.read(wide, Precision.FLOAT32, false))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("model.layers.0.self_attn.qkv_proj.weight must be [96, 32], got [64, 32]");
        Path deep = changed("phi3", "{\"num_hidden_layers\": 3}");
        assertThatThrownBy(() -> ModelDirectory.read(deep, Precision.FLOAT32, false))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("model.layers.2.mlp.gate_up_proj.weight");
    }
}
