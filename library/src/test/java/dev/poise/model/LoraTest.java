package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Dpo;
import dev.poise.objective.PairwiseObjective;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Low-rank adapters against peft 0.21 (`src/test/python/make_lora.py`) and against themselves.
final class LoraTest {

    private static final Path MODELS = Path.of("src/test/resources/models");
    private static final JsonNode GOLDEN = golden();

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "gpt-neox"})
    void logitsEqualPeft(String name) {
        for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
            double close = precision == Precision.FLOAT64 ? 1e-8 : 1e-4;
            try (Decoder decoder = read(name, precision, false)) {
                JsonNode sequences = GOLDEN.get("cases").get(name).get("sequences");
                for (int i = 0; i < sequences.size(); i++) {
                    int[] ids = ints(GOLDEN.get("sequences").get(i));
                    assertThat(lastLogits(decoder, ids))
                            .containsExactly(doubles(sequences.get(i).get("last_logits")), within(close));
                    assertThat(lastLogits(decoder.base(), ids))
                            .as("with the adapter off")
                            .containsExactly(doubles(sequences.get(i).get("last_logits_of_base")), within(close));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, false", "gpt2, false", "gpt-neox, false", "llama, true", "gpt2, true"})
    void gradientOfDpoEqualsPeft(String name, boolean frugally) {
        JsonNode pair = GOLDEN.get("pair");
        JsonNode expected = GOLDEN.get("cases").get(name).get("dpo");
        int prompt = pair.get("prompt_length").intValue();
        TokenBatch batch =
                batch(sequence(ints(pair.get("chosen")), prompt), sequence(ints(pair.get("rejected")), prompt));
        try (PointerScope scope = new PointerScope();
                Decoder decoder = read(name, Precision.FLOAT64, true)) {
            Pass pass = frugally ? decoder.forwardFrugally(batch) : decoder.forward(batch);
            double[] sums = batch.sumBySequence(pass.measure().logProbs());
            PairwiseObjective.PairLoss loss = new Dpo(pair.get("beta").doubleValue(), 0)
                    .of(new PairwiseObjective.Pair(
                            sums[0],
                            sums[1],
                            pair.get("reference").get("chosen").doubleValue(),
                            pair.get("reference").get("rejected").doubleValue(),
                            batch.offsets()[1],
                            batch.offsets()[2] - batch.offsets()[1]));
            assertThat(loss.loss()).isCloseTo(expected.get("loss").doubleValue(), within(1e-8));
            double[] byToken = new double[batch.targets().length];
            Arrays.fill(byToken, 0, batch.offsets()[1], loss.byGood());
            Arrays.fill(byToken, batch.offsets()[1], byToken.length, loss.byBad());
            pass.backward(byToken);
            int compared = 0;
            for (Parameter parameter : decoder.parameters().layout()) {
                Tensor gradient = decoder.parameters().gradient(parameter.name());
                long row = 0;
                for (Parameter.Part part : parameter.parts()) {
                    JsonNode golden = expected.get("gradients").get(part.key());
                    assertThat(golden).as(part.key()).isNotNull();
                    double[] values = Tensors.toDoubles(part.order().stored(gradient.narrow(0, row, part.rows())));
                    double norm = golden.get("norm").doubleValue();
                    assertThat(norm(values)).as(part.key()).isCloseTo(norm, within(1e-6 * norm));
                    assertThat(projection(values))
                            .as("projection of %s", part.key())
                            .isCloseTo(golden.get("projection").doubleValue(), within(1e-6 * norm));
                    row += part.rows();
                    compared++;
                }
            }
            assertThat(compared).isEqualTo(expected.get("gradients").size());
        }
    }

    @Test
    void scoresEqualPeft() {
        double[] expected = doubles(GOLDEN.get("cases").get("reward").get("scores"));
        try (Decoder model = ModelDirectory.readReward(MODELS.resolve("lora-reward"), Precision.FLOAT64)) {
            for (int i = 0; i < expected.length; i++) {
                TokenSequence text = sequence(ints(GOLDEN.get("sequences").get(i)), 1);
                assertThat(model.scores(TokenBatch.ofEnds(List.of(List.of(text)))))
                        .containsExactly(new double[] {expected[i]}, within(1e-8));
            }
        }
    }

    /// Every map adapted, the head too: the gradient by A and B against the loss itself, through soft caps and
    /// matrices in any order.
    @ParameterizedTest
    @EnumSource(Family.class)
    void gradientIsThatOfTheLoss(Family family) {
        TokenBatch batch =
                batch(sequence(new int[] {3, 1, 4, 15, 9, 2, 6, 5}, 2), sequence(new int[] {3, 1, 8, 30, 7}, 2));
        try (Decoder policy = noisy(family, Precision.FLOAT64, everything(family))) {
            double[] weights = new double[batch.targets().length];
            Arrays.setAll(weights, i -> 0.3 + 0.2 * Math.sin(i));
            try (PointerScope scope = new PointerScope()) {
                policy.forward(batch).backward(weights);
            }
            Parameters parameters = policy.parameters();
            double[] gradient = Tensors.toDoubles(parameters.gradients());
            SplittableRandom random = new SplittableRandom(4);
            double[] direction = random.doubles(gradient.length, -1, 1).toArray();
            double slope = 0;
            for (int i = 0; i < gradient.length; i++) {
                slope += gradient[i] * direction[i];
            }
            double above = moved(policy, direction, 1e-5, batch, weights);
            double below = moved(policy, direction, -1e-5, batch, weights);
            assertThat((above - below) / 2e-5).isCloseTo(slope, within(1e-6 * Math.abs(slope) + 1e-8));
        }
    }

    private static double moved(Decoder policy, double[] direction, double by, TokenBatch batch, double[] weights) {
        Tensor step = Tensors.of(direction, policy.precision().sums());
        Torch.withoutGradients(() -> policy.parameters().values().add_(step, Tensors.scalar(by)));
        policy.parameters().refresh();
        double[] logProbs = policy.measure(batch).logProbs();
        Torch.withoutGradients(() -> policy.parameters().values().sub_(step, Tensors.scalar(by)));
        policy.parameters().refresh();
        double sum = 0;
        for (int i = 0; i < logProbs.length; i++) {
            sum += weights[i] * logProbs[i];
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aFreshAdapterChangesNothing(Family family) {
        int[] ids = {3, 1, 4, 15, 9, 2, 6};
        Decoder base = TinyDecoders.decoder(family, Precision.FLOAT32, false);
        double[] before = base.measure(batch(sequence(ids, 1))).logProbs();
        double[] logits = lastLogits(base, ids);
        try (Decoder adapted = base.adapted(everything(family), 3)) {
            assertThat(adapted.measure(batch(sequence(ids, 1))).logProbs()).containsExactly(before);
            assertThat(lastLogits(adapted, ids)).containsExactly(logits);
            assertThat(adapted.base().measure(batch(sequence(ids, 1))).logProbs())
                    .containsExactly(before);
        }
    }

    @Test
    void aFreshAdapterIsDrawnAsPeftDrawsIt() {
        Lora lora = new Lora(5, 10, false, List.of("q_proj", "down_proj"));
        try (Decoder adapted =
                TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, false).adapted(lora, 3)) {
            Parameters parameters = adapted.parameters();
            double[] down = Tensors.toDoubles(parameters.master("layers.0.feed_forward.down.lora_A.weight"));
            double bound = 1 / Math.sqrt(20);
            assertThat(down).hasSize(5 * 20);
            assertThat(Arrays.stream(down).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(bound);
            assertThat(Arrays.stream(down).map(value -> value * value).average().orElseThrow())
                    .as("variance of a uniform draw")
                    .isCloseTo(bound * bound / 3, within(0.3 * bound * bound / 3));
            assertThat(Tensors.toDoubles(parameters.master("layers.0.feed_forward.down.lora_B.0.weight")))
                    .containsOnly(0);
        }
    }

    @Test
    void scalingIsByRankOrItsRoot() {
        assertThat(new Lora(9, 18, false, List.of("q_proj")).scaling()).isEqualTo(2);
        assertThat(new Lora(9, 18, true, List.of("q_proj")).scaling()).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void mergedEqualsAdapted(Family family) {
        int[] ids = {3, 1, 4, 15, 9, 2, 6};
        try (Decoder adapted = noisy(family, Precision.FLOAT32, everything(family));
                Decoder merged = adapted.merged()) {
            double[] own = adapted.measure(batch(sequence(ids, 1))).logProbs();
            assertThat(merged.measure(batch(sequence(ids, 1))).logProbs()).containsExactly(own, within(1e-5));
            assertThat(own)
                    .isNotEqualTo(
                            adapted.base().measure(batch(sequence(ids, 1))).logProbs());
        }
    }

    /// The sampler's steps of few rows, with packed matrices, and its decoder in plain Java.
    @ParameterizedTest
    @EnumSource(
            value = Family.class,
            names = {"LLAMA", "GPT2", "GEMMA2", "GPT_NEOX"})
    void samplesAsTheMergedModel(Family family) {
        List<int[]> prompts = List.of(new int[] {3, 1, 4}, new int[] {5, 9});
        try (Decoder adapted = noisy(family, Precision.FLOAT32, everything(family));
                Decoder merged = adapted.merged()) {
            for (int batch : new int[] {1, 2}) {
                List<int[]> own = new Sampler(adapted, Set.of(), batch)
                        .sample(prompts, Decoding.greedy(8)).stream()
                                .map(sample -> sample.tokens())
                                .toList();
                List<int[]> whole = new Sampler(merged, Set.of(), batch)
                        .sample(prompts, Decoding.greedy(8)).stream()
                                .map(sample -> sample.tokens())
                                .toList();
                assertThat(own).usingRecursiveComparison().isEqualTo(whole);
            }
            try (GrowingRows rows = new GrowingRows(adapted, prompts, 10);
                    GrowingRows wholeRows = new GrowingRows(merged, prompts, 10)) {
                for (int step = 0; step < 4; step++) {
                    assertThat(Tensors.toDoubles(rows.logits()))
                            .containsExactly(Tensors.toDoubles(wholeRows.logits()), within(1e-4));
                    rows.append(new int[] {7, 8});
                    wholeRows.append(new int[] {7, 8});
                }
            }
        }
    }

    @Test
    void bfloat16IsClose() {
        int[] ids = {3, 1, 4, 15, 9, 2, 6};
        TokenBatch batch = batch(sequence(ids, 1));
        double[] ones = new double[ids.length - 1];
        Arrays.fill(ones, 1);
        try (PointerScope scope = new PointerScope();
                Decoder wide = noisy(Family.LLAMA, Precision.FLOAT32, everything(Family.LLAMA));
                Decoder narrow = noisy(Family.LLAMA, Precision.BFLOAT16, everything(Family.LLAMA))) {
            assertThat(narrow.measure(batch).logProbs())
                    .containsExactly(wide.measure(batch).logProbs(), within(0.2));
            wide.forward(batch).backward(ones);
            narrow.forward(batch).backward(ones);
            double[] expected = Tensors.toDoubles(wide.parameters().gradients());
            double[] found = Tensors.toDoubles(narrow.parameters().gradients());
            double apart = 0;
            for (int i = 0; i < found.length; i++) {
                apart += (found[i] - expected[i]) * (found[i] - expected[i]);
            }
            assertThat(Math.sqrt(apart)).isLessThan(0.1 * norm(expected)).isPositive();
        }
    }

    /// An adapter of the head alone leaves the trunk without a graph.
    @Test
    void theHeadAloneCanBeAdapted() {
        int[] ids = {3, 1, 4, 15, 9, 2, 6};
        double[] ones = new double[ids.length - 1];
        Arrays.fill(ones, 1);
        try (PointerScope scope = new PointerScope();
                Decoder policy = noisy(Family.LLAMA, Precision.FLOAT64, new Lora(2, 3, false, List.of("lm_head")))) {
            policy.forward(batch(sequence(ids, 1))).backward(ones);
            double[] plain = Tensors.toDoubles(policy.parameters().gradients());
            assertThat(norm(plain)).isPositive();
            policy.parameters().clearGradients();
            policy.forwardFrugally(batch(sequence(ids, 1))).backward(ones);
            assertThat(Tensors.toDoubles(policy.parameters().gradients())).containsExactly(plain, within(1e-12));
            assertThat(policy.weights().gradients().numel()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "gpt-neox"})
    void aWrittenAdapterIsTheSame(String name, @TempDir Path folder) throws IOException {
        int[] ids = ints(GOLDEN.get("sequences").get(0));
        try (Decoder decoder = read(name, Precision.FLOAT32, false)) {
            ModelDirectory.write(decoder, MODELS.resolve(name), folder);
            assertThat(folder.resolve("config.json")).doesNotExist();
            assertThat(ModelFiles.isAdapter(folder)).isTrue();
            JsonNode config = JsonMapper.shared().readTree(Files.readString(folder.resolve("adapter_config.json")));
            JsonNode source = JsonMapper.shared()
                    .readTree(Files.readString(MODELS.resolve("lora-" + name).resolve("adapter_config.json")));
            for (String key : List.of("r", "lora_alpha", "use_rslora", "peft_type", "task_type", "bias")) {
                assertThat(config.get(key)).as(key).isEqualTo(source.get(key));
            }
            try (Decoder again = ModelDirectory.read(folder, Precision.FLOAT32, true)) {
                assertThat(lastLogits(again, ids)).containsExactly(lastLogits(decoder, ids));
                assertThat(Tensors.toDoubles(again.parameters().values()))
                        .containsExactly(Tensors.toDoubles(decoder.parameters().values()));
            }
        }
    }

    /// A head tied to the embedding that is adapted becomes a matrix of its own.
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "gpt-neox"})
    void aMergedModelIsWrittenWhole(String name, @TempDir Path folder) {
        int[] ids = ints(GOLDEN.get("sequences").get(0));
        try (Decoder decoder = read(name, Precision.FLOAT32, false);
                Decoder merged = decoder.merged()) {
            ModelDirectory.write(merged, MODELS.resolve(name), folder);
            try (Decoder again = ModelDirectory.read(folder, Precision.FLOAT32, false)) {
                assertThat(again.architecture().output()).isEqualTo(Architecture.Output.OWN);
                assertThat(lastLogits(again, ids)).containsExactly(lastLogits(decoder, ids), within(1e-4));
            }
        }
    }

    @Test
    void targetsAreNamedAsPeftNamesThem(@TempDir Path folder) throws IOException {
        Decoder base = ModelDirectory.read(MODELS.resolve("llama"), Precision.FLOAT32, false);
        Lora one = new Lora(2, 3.5, false, List.of("model.layers.1.self_attn.q_proj", "up_proj"));
        try (Decoder adapted = base.adapted(one, 1)) {
            ModelDirectory.write(adapted, MODELS.resolve("llama"), folder);
        }
        JsonNode config = JsonMapper.shared().readTree(Files.readString(folder.resolve("adapter_config.json")));
        assertThat(config.get("target_modules").valueStream().map(JsonNode::stringValue))
                .contains("model.layers.1.self_attn.q_proj", "model.layers.0.mlp.up_proj")
                .doesNotContain("q_proj");
        assertThat(config.get("lora_alpha").doubleValue()).isEqualTo(3.5);
    }

    @Test
    void refusesTargetsAndRanksThatDoNotFit() {
        try (Decoder base = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            assertThatThrownBy(() -> base.adapted(new Lora(2, 4, false, List.of("qproj")), 1))
                    .hasMessage("adapter targets must be among q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj,"
                            + " down_proj, lm_head or all-linear alone, got qproj");
            assertThatThrownBy(() -> base.adapted(new Lora(2, 4, false, List.of("embed_tokens")), 1))
                    .hasMessageContaining("got embed_tokens, an embedding: adapters of embeddings are not supported");
            assertThatThrownBy(() -> base.adapted(new Lora(13, 4, false, List.of("k_proj")), 1))
                    .hasMessage("an adapter's rank must be at most 12, the smaller side of"
                            + " model.layers.0.self_attn.k_proj [12, 24], got 13");
        }
        assertThatThrownBy(() -> new Lora(0, 4, false, List.of("q_proj")))
                .hasMessage("an adapter's rank must be at least 1, got 0");
        assertThatThrownBy(() -> new Lora(1, 0, false, List.of("q_proj"))).hasMessageContaining("alpha");
        try (Decoder trainable = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, true)) {
            assertThatThrownBy(() -> trainable.adapted(new Lora(1, 1, false, List.of("q_proj")), 1))
                    .hasMessage("a decoder must be frozen to be adapted");
        }
    }

    @Test
    void refusesAnAdapterForAnotherBase(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> read(new ModelFiles(MODELS.resolve("gpt2"), MODELS.resolve("lora-llama"))))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("must be an adapter for " + MODELS.resolve("gpt2"))
                .hasMessageContaining(
                        "tensors of what it does not have or cannot adapt: base_model.model.model.layers.0")
                .hasMessageContaining("names src/test/resources/models/llama as its base");
        // llama-old-config has the same names, and a layer less.
        assertThatThrownBy(() -> read(new ModelFiles(MODELS.resolve("llama-old-config"), MODELS.resolve("lora-llama"))))
                .hasMessageContaining("cannot adapt: base_model.model.model.layers.2.");
        // The same shapes, other weights.
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Path other = Files.createDirectory(folder.resolve("other"));
        try (Decoder adapted = ModelDirectory.read(MODELS.resolve("llama-old-config"), Precision.FLOAT32, false)
                        .adapted(new Lora(2, 2, false, List.of("q_proj")), 1);
                Decoder tuned = ModelDirectory.read(MODELS.resolve("llama-old-config"), Precision.FLOAT32, false)) {
            ModelDirectory.write(adapted, MODELS.resolve("llama-old-config"), mine);
            Torch.withoutGradients(() -> tuned.weights().values().mul_(Tensors.scalar(1.01)));
            ModelDirectory.write(tuned, MODELS.resolve("llama-old-config"), other);
        }
        read(new ModelFiles(MODELS.resolve("llama-old-config"), mine));
        assertThatThrownBy(() -> read(new ModelFiles(other, mine)))
                .hasMessageContaining("got one that was tuned on other weights of the same shapes");
    }

    @Test
    void refusesWhatIsNotSupportedByName(@TempDir Path folder) {
        refuses(folder, json -> json.put("use_dora", true), "use_dora is not supported, got true");
        refuses(folder, json -> json.put("bias", "all"), "bias must be none, got \"all\"");
        refuses(folder, json -> json.put("peft_type", "IA3"), "peft_type must be LORA, got \"IA3\"");
        refuses(folder, json -> json.put("r", 0), "rank must be at least 1, got 0");
        refuses(folder, json -> json.put("init_lora_weights", "pissa"), "init_lora_weights must leave the base");
        refuses(folder, json -> json.putObject("rank_pattern").put("q_proj", 7), "rank_pattern is not supported");
        refuses(folder, json -> json.put("of_the_future", 3), "of_the_future is not supported, got 3");
        refuses(folder, json -> json.put("r", 3), "[4, 32] in place of [3, 32]");
        Path nowhere = folder.resolve("lora");
        rewrite(nowhere, json -> json.put("base_model_name_or_path", "meta-llama/Llama-3.2-1B"));
        assertThatThrownBy(() -> ModelDirectory.read(nowhere, Precision.FLOAT32, false))
                .hasMessageContaining(
                        "base_model_name_or_path must be a directory, got \"meta-llama/Llama-3.2-1B\": name"
                                + " the adapter's base yourself, --model BASE --adapter");
    }

    private static void refuses(Path folder, Consumer<ObjectNode> change, String message) {
        rewrite(folder.resolve("lora"), change);
        assertThatThrownBy(() -> read(new ModelFiles(MODELS.resolve("llama"), folder.resolve("lora"))))
                .hasMessageContaining(message);
    }

    private static void rewrite(Path target, Consumer<ObjectNode> change) {
        try {
            Path source = MODELS.resolve("lora-llama");
            Files.createDirectories(target);
            Files.write(
                    target.resolve("adapter_model.safetensors"),
                    Files.readAllBytes(source.resolve("adapter_model.safetensors")));
            ObjectNode json =
                    (ObjectNode) JsonMapper.shared().readTree(Files.readString(source.resolve("adapter_config.json")));
            change.accept(json);
            Files.writeString(target.resolve("adapter_config.json"), json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(ModelFiles files) {
        ModelDirectory.read(files, Precision.FLOAT32, false).close();
    }

    /// All linear maps, and the head.
    private static Lora everything(Family family) {
        List<String> names =
                Adapter.sites(TinyDecoders.decoder(family, Precision.FLOAT32, false)
                                .architecture())
                        .stream()
                        .map(Adapter.Site::module)
                        .toList();
        return new Lora(3, 5, false, names);
    }

    /// An adapter whose B is not zero.
    private static Decoder noisy(Family family, Precision precision, Lora lora) {
        Decoder adapted = TinyDecoders.decoder(family, precision, false).adapted(lora, 3);
        Tensor values = adapted.parameters().values();
        double[] noise =
                new SplittableRandom(8).doubles(values.numel(), -0.3, 0.3).toArray();
        Torch.withoutGradients(() -> values.add_(Tensors.of(noise, precision.sums())));
        adapted.parameters().refresh();
        return adapted;
    }

    private static Decoder read(String name, Precision precision, boolean trainable) {
        return ModelDirectory.read(MODELS.resolve("lora-" + name), precision, trainable);
    }

    private static double[] lastLogits(Decoder decoder, int[] ids) {
        try (PointerScope scope = new PointerScope();
                GrowingRows rows = new GrowingRows(decoder, List.of(ids), ids.length)) {
            return Tensors.toDoubles(rows.logits());
        }
    }

    private static TokenBatch batch(TokenSequence... group) {
        return TokenBatch.of(List.of(List.of(group)));
    }

    private static TokenSequence sequence(int[] ids, int firstTrained) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, firstTrained, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
    }

    private static double projection(double[] values) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * Math.sin(i + 1);
        }
        return sum;
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private static JsonNode golden() {
        try (InputStream stream = LoraTest.class.getResourceAsStream("/golden/lora.json")) {
            return JsonMapper.shared().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
