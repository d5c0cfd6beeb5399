package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Dpo;
import dev.poise.objective.PairwiseObjective;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import dev.poise.weights.Dtype;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightDirectory;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every family against `transformers`, on tiny models with random weights (`src/test/python/make_models.py`).
final class FamilyGoldenTest {

    private static final JsonNode GOLDEN = golden();

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    static Stream<String> models() {
        return GOLDEN.get("cases").propertyNames().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void logProbabilitiesEqualTransformers(String model) {
        for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
            boolean wide = precision == Precision.FLOAT64;
            try (Decoder decoder = read(model, precision, false)) {
                JsonNode sequences = GOLDEN.get("cases").get(model).get("sequences");
                for (int i = 0; i < sequences.size(); i++) {
                    int[] ids = ints(GOLDEN.get("sequences").get(i));
                    double[] expected =
                            doubles(sequences.get(i).get("log_probabilities").get("float64"));
                    double[] logProbs = decoder.measure(batch(sequence(ids, 1))).logProbs();
                    assertThat(logProbs).containsExactly(expected, within(wide ? 1e-8 : 1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsEqualTransformersInFloat32(String model) {
        try (PointerScope scope = new PointerScope();
                Decoder decoder = read(model, Precision.FLOAT32, false)) {
            JsonNode sequences = GOLDEN.get("cases").get(model).get("sequences");
            for (int i = 0; i < sequences.size(); i++) {
                int[] ids = ints(GOLDEN.get("sequences").get(i));
                try (GrowingRows rows = new GrowingRows(decoder, List.of(ids), ids.length)) {
                    double[] logits = Tensors.toDoubles(rows.logits());
                    JsonNode expected = sequences.get(i);
                    assertThat(Arrays.copyOf(logits, 8))
                            .containsExactly(doubles(expected.get("last_logits")), within(1e-4));
                    assertThat(Arrays.stream(logits).sum())
                            .isCloseTo(expected.get("last_logits_sum").doubleValue(), within(1e-3));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientOfDpoEqualsTransformers(String model) {
        JsonNode pair = GOLDEN.get("pair");
        JsonNode expected = GOLDEN.get("cases").get(model).get("dpo");
        int prompt = pair.get("prompt_length").intValue();
        TokenBatch batch =
                batch(sequence(ints(pair.get("chosen")), prompt), sequence(ints(pair.get("rejected")), prompt));
        try (PointerScope scope = new PointerScope();
                Decoder decoder = read(model, Precision.FLOAT64, true)) {
            Pass pass = decoder.forward(batch);
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
            assertThat(norm(decoder.parameters().gradients()))
                    .isCloseTo(expected.get("gradient_norm").doubleValue(), within(1e-7));
            boolean bare = expected.get("gradients").propertyNames().stream()
                    .noneMatch(name -> name.startsWith("transformer."));
            int compared = 0;
            for (Parameter parameter : decoder.parameters().layout()) {
                compared += compare(
                        parameter, decoder.parameters().gradient(parameter.name()), expected.get("gradients"), bare);
            }
            assertThat(compared).isEqualTo(expected.get("gradients").size());
        }
    }

    private static int compare(Parameter parameter, Tensor gradient, JsonNode expected, boolean bare) {
        long row = 0;
        for (Parameter.Part part : parameter.parts()) {
            Tensor rows = gradient.narrow(0, row, part.rows());
            Tensor stored = part.order().stored(rows);
            String key = bare ? part.key().replaceFirst("^transformer\\.", "") : part.key();
            JsonNode golden = expected.has(key) ? expected.get(key) : expected.get(otherName(key));
            assertThat(golden).as(key).isNotNull();
            assertThat(norm(stored))
                    .as("norm of the gradient by %s", key)
                    .isCloseTo(golden.get("norm").doubleValue(), within(1e-7));
            double[] first = doubles(golden.get("first"));
            assertThat(Arrays.copyOf(Tensors.toDoubles(stored), first.length))
                    .as("first entries of the gradient by %s", key)
                    .containsExactly(first, within(1e-8));
            row += part.rows();
        }
        return parameter.parts().size();
    }

    /// GPT-NeoX's head has one name in files and another in `transformers`' own.
    private static String otherName(String key) {
        return Family.GPT_NEOX.otherName(key).orElse(key);
    }

    @ParameterizedTest
    @MethodSource("models")
    void greedyGenerationEqualsTransformers(String model) {
        JsonNode greedy = GOLDEN.get("cases").get(model).get("greedy");
        int[] expected = ints(greedy.get("tokens"));
        try (Decoder decoder = read(model, Precision.FLOAT32, false)) {
            assertThat(new Sampler(decoder, Set.of(), 1)
                            .sample(List.of(ints(GOLDEN.get("greedy_prompt"))), Decoding.greedy(expected.length))
                            .getFirst()
                            .tokens())
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aWrittenDirectoryReadsAsTheSameModel(String model, @TempDir Path directory) {
        int[] ids = ints(GOLDEN.get("sequences").get(0));
        try (Decoder decoder = read(model, Precision.FLOAT32, false)) {
            ModelDirectory.write(decoder, directory(model), directory);
            try (Decoder again = ModelDirectory.read(directory, Precision.FLOAT32, false)) {
                assertThat(again.architecture().output())
                        .isEqualTo(decoder.architecture().output());
                assertThat(again.measure(batch(sequence(ids, 1))).logProbs())
                        .containsExactly(
                                decoder.measure(batch(sequence(ids, 1))).logProbs());
            }
        }
    }

    /// The same tensors in the same shapes, packed and ordered as they came: what `transformers` read before, it reads
    /// again.
    @ParameterizedTest
    @MethodSource("models")
    void aWrittenDirectoryHoldsTheTensorsThatWereRead(String model, @TempDir Path directory) {
        try (Decoder decoder = read(model, Precision.FLOAT32, false)) {
            ModelDirectory.write(decoder, directory(model), directory);
            Family family = decoder.architecture().family();
            try (WeightDirectory before = WeightDirectory.open(directory(model));
                    WeightDirectory after = WeightDirectory.open(directory)) {
                int compared = 0;
                for (StoredTensor tensor : before.tensors()) {
                    if (!family.ignores(tensor.name(), decoder.architecture())) {
                        StoredTensor written = after.find(tensor.name())
                                .or(() -> after.find(family.optionalPrefix() + tensor.name()))
                                .orElseThrow();
                        assertThat(written.shape()).isEqualTo(tensor.shape());
                        assertThat(floats(written)).as(tensor.name()).containsExactly(floats(tensor));
                        compared++;
                    }
                }
                assertThat(after.names()).hasSize(compared);
            }
        }
    }

    private static float[] floats(StoredTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.copyTo(MemorySegment.ofArray(values), Dtype.F32);
        return values;
    }

    private static Decoder read(String model, Precision precision, boolean trainable) {
        return ModelDirectory.read(directory(model), precision, trainable);
    }

    static Path directory(String model) {
        return Path.of("src/test/resources/models", model);
    }

    private static TokenBatch batch(TokenSequence... group) {
        return TokenBatch.of(List.of(List.of(group)));
    }

    private static TokenSequence sequence(int[] ids, int firstTrained) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, firstTrained, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private static double norm(Tensor tensor) {
        return Math.sqrt(
                Arrays.stream(Tensors.toDoubles(tensor)).map(x -> x * x).sum());
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private static JsonNode golden() {
        try (InputStream stream = FamilyGoldenTest.class.getResourceAsStream("/golden/models.json")) {
            return JsonMapper.shared().readTree(stream);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
