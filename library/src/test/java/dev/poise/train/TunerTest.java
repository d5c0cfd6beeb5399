package dev.poise.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.model.Decoder;
import dev.poise.model.Family;
import dev.poise.model.ModelDirectory;
import dev.poise.model.Parameter;
import dev.poise.model.TinyDecoders;
import dev.poise.objective.Batch;
import dev.poise.objective.Dpo;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Mle;
import dev.poise.objective.Objective;
import dev.poise.objective.Totals;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TunerTest {

    private static final AdamW.Settings ADAM = new AdamW.Settings(0.9, 0.999, 1e-8, 0);

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Loss and gradient norm of three steps and the parameters after them, from torch.optim.AdamW
    /// (`src/test/python/make_models.py`): weight decay 0.1 on matrices only, gradient norm clipped to 1.
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void threeStepsEqualTorchsAdamW(String model) {
        JsonNode golden = golden().get("adamw");
        JsonNode expected = golden.get("cases").get(model);
        List<TrainingRow> rows = new ArrayList<>();
        for (JsonNode pair : golden.get("pairs")) {
            int prompt = golden.get("prompt_length").intValue();
            rows.add(new TrainingRow(
                    pair(sequence(ints(pair.get("chosen")), prompt), sequence(ints(pair.get("rejected")), prompt), 1),
                    new double[] {
                        pair.get("reference").get("chosen").doubleValue(),
                        pair.get("reference").get("rejected").doubleValue()
                    }));
        }
        AdamW.Settings adam =
                new AdamW.Settings(0.9, 0.999, 1e-8, golden.get("weight_decay").doubleValue());
        Path directory = Path.of("src/test/resources/models", model);
        try (PointerScope scope = new PointerScope();
                Decoder policy = ModelDirectory.read(directory, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(adam, 1.0, 8192))) {
            for (JsonNode step : expected.get("steps")) {
                Tuner.Step done = tuner.step(rows, golden.get("learning_rate").doubleValue());
                assertThat(done.loss()).isCloseTo(step.get("loss").doubleValue(), within(1e-7));
                assertThat(done.gradientNorm())
                        .isCloseTo(step.get("gradient_norm").doubleValue(), within(1e-6));
            }
            for (Parameter parameter : policy.parameters().layout()) {
                Tensor value = policy.parameters().master(parameter.name());
                long row = 0;
                for (Parameter.Part part : parameter.parts()) {
                    Tensor rowsOfPart = value.narrow(0, row, part.rows());
                    double norm = Math.sqrt(Arrays.stream(Tensors.toDoubles(rowsOfPart))
                            .map(x -> x * x)
                            .sum());
                    assertThat(norm)
                            .as(part.key())
                            .isCloseTo(
                                    expected.get("parameters")
                                            .get(part.key())
                                            .get("norm")
                                            .doubleValue(),
                                    within(1e-6));
                    row += part.rows();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "mle"})
    void trap09_accumulatingMicroBatchesEqualsOneBigBatch(String which) {
        Objective objective = which.equals("dpo") ? new Dpo(0.3, 0) : new Mle();
        List<TrainingRow> rows = pairs(8, which.equals("dpo"));
        List<double[]> gradients = new ArrayList<>();
        List<SequencedMap<String, Double>> metrics = new ArrayList<>();
        for (int budget : new int[] {1 << 20, 60, 1}) {
            try (PointerScope scope = new PointerScope();
                    Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true);
                    Tuner tuner = new Tuner(policy, objective, new Tuner.Settings(ADAM, 0, budget))) {
                Averages averages = new Averages();
                tuner.step(rows, 1e-3, averages);
                gradients.add(Tensors.toDoubles(policy.parameters().gradients()));
                metrics.add(averages.means());
            }
        }
        assertThat(gradients.get(1)).containsExactly(gradients.get(0), within(1e-12));
        assertThat(gradients.get(2)).containsExactly(gradients.get(0), within(1e-12));
        // Trap 10 and 20: metrics weigh what they count, whatever the split.
        assertThat(metrics.get(2).keySet())
                .containsExactlyElementsOf(metrics.get(0).keySet());
        metrics.get(0).forEach((name, value) -> {
            assertThat(metrics.get(1).get(name)).as(name).isCloseTo(value, within(1e-9));
            assertThat(metrics.get(2).get(name)).as(name).isCloseTo(value, within(1e-9));
        });
    }

    @Test
    void trap10_metricsOverAnIntervalEqualTheHandMean() {
        List<TrainingRow> rows = pairs(5, true);
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.QWEN2, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.3, 0), new Tuner.Settings(ADAM, 0, 8192))) {
            double[][] sums = Likelihoods.summed(
                    policy, rows.stream().map(TrainingRow::encoded).toList(), 50, done -> {});
            Averages averages = new Averages();
            double first = tuner.step(rows.subList(0, 3), 0, averages).loss();
            double second = tuner.step(rows.subList(3, 5), 0, averages).loss();
            double chosen =
                    Arrays.stream(sums).mapToDouble(pair -> pair[0]).average().orElseThrow();
            double margin = 0;
            int right = 0;
            for (int i = 0; i < rows.size(); i++) {
                double[] reference = requireNonNull(rows.get(i).reference());
                double difference = 0.3 * (sums[i][0] - reference[0] - sums[i][1] + reference[1]);
                margin += difference / rows.size();
                right += difference > 0 ? 1 : 0;
            }
            assertThat(averages.means())
                    .containsEntry("rewards/accuracies", right / 5.0)
                    .hasEntrySatisfying(
                            "logps/chosen", value -> assertThat(value).isCloseTo(chosen, within(1e-9)))
                    .hasEntrySatisfying(
                            "loss", value -> assertThat(value).isCloseTo((3 * first + 2 * second) / 5, within(1e-9)));
            assertThat(averages.means().get("rewards/margins")).isCloseTo(margin, within(1e-9));
        }
    }

    @Test
    void trap12_theFirstStepsLossIsLnTwoWhenPolicyAndReferenceAreEqual() {
        for (Precision precision : Precision.values()) {
            try (Decoder policy = TinyDecoders.decoder(Family.QWEN3, precision, true);
                    Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(ADAM, 1, 40))) {
                List<Encoded> encoded =
                        pairs(6, true).stream().map(TrainingRow::encoded).toList();
                // Another batch composition than the step's: the key of a reference is the row, not its place.
                double[][] reference = Likelihoods.summed(policy, encoded, 1 << 20, done -> {});
                List<TrainingRow> rows = new ArrayList<>();
                for (int i = encoded.size() - 1; i >= 0; i--) {
                    rows.add(new TrainingRow(encoded.get(i), reference[i]));
                }
                assertThat(tuner.step(rows, 1e-3).loss())
                        .isCloseTo(Math.log(2), within(precision == Precision.BFLOAT16 ? 2e-3 : 1e-6));
            }
        }
    }

    @Test
    void aStepOfDpoRaisesTheMarginAndOneOfMleTheLikelihood() {
        List<TrainingRow> rows = pairs(4, true);
        List<Encoded> encoded = rows.stream().map(TrainingRow::encoded).toList();
        try (Decoder policy = TinyDecoders.decoder(Family.GPT2, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(ADAM, 0, 8192))) {
            double before = margin(Likelihoods.summed(policy, encoded, 8192, done -> {}));
            tuner.step(rows, 1e-4);
            assertThat(margin(Likelihoods.summed(policy, encoded, 8192, done -> {})))
                    .isGreaterThan(before);
        }
        try (Decoder policy = TinyDecoders.decoder(Family.GPT2, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Mle(), new Tuner.Settings(ADAM, 0, 8192))) {
            double before = tuner.step(rows, 1e-4).loss();
            assertThat(tuner.step(rows, 1e-4).loss()).isLessThan(before);
        }
    }

    @Test
    void aNonFiniteLossStopsWithTheRowsAndLeavesThePolicyAsItWas() {
        Objective broken = new Objective() {
            @Override
            public boolean needsReference() {
                return false;
            }

            @Override
            public boolean needsPairs() {
                return true;
            }

            @Override
            public Evaluation evaluate(Batch batch, Totals totals) {
                return new Evaluation(Double.NaN, new double[batch.pairs()], new double[batch.pairs()]);
            }
        };
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, true);
                Tuner tuner = new Tuner(policy, broken, new Tuner.Settings(ADAM, 0, 8192))) {
            double[] before = Tensors.toDoubles(policy.parameters().values());
            assertThatThrownBy(() -> tuner.step(pairs(2, true), 1e-3))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageContaining("loss must be finite, got NaN")
                    .hasMessageContaining("pairs.jsonl:1")
                    .hasMessageContaining("pairs.jsonl:2");
            assertThat(Tensors.toDoubles(policy.parameters().values())).containsExactly(before);
        }
    }

    private static double margin(double[][] sums) {
        return Arrays.stream(sums).mapToDouble(pair -> pair[0] - pair[1]).sum();
    }

    /// Pairs of different lengths, with references that are distinct and not zero.
    private static List<TrainingRow> pairs(int count, boolean asPairs) {
        SplittableRandom random = new SplittableRandom(2);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(3 + i, 0, TinyDecoders.VOCABULARY).toArray();
            TokenSequence chosen = sequence(join(prompt, random, 3 + 2 * i), prompt.length);
            TokenSequence rejected = sequence(join(prompt, random, 4 + i), prompt.length);
            double[] reference = {-20 - 3 * i - random.nextDouble(), -17 - 4 * i - random.nextDouble()};
            rows.add(
                    asPairs
                            ? new TrainingRow(pair(chosen, rejected, i + 1), reference)
                            : TrainingRow.of(
                                    new Encoded.Single(new Source(Path.of("rows.jsonl"), i + 1), chosen, null)));
        }
        return rows;
    }

    private static Encoded pair(TokenSequence chosen, TokenSequence rejected, int line) {
        return new Encoded.Pair(new Source(Path.of("pairs.jsonl"), line), chosen, rejected);
    }

    private static int[] join(int[] prompt, SplittableRandom random, int more) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + more);
        for (int t = prompt.length; t < ids.length; t++) {
            ids[t] = random.nextInt(TinyDecoders.VOCABULARY);
        }
        return ids;
    }

    private static TokenSequence sequence(int[] ids, int firstTrained) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, firstTrained, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static JsonNode golden() {
        try (InputStream stream = TunerTest.class.getResourceAsStream("/golden/models.json")) {
            return JsonMapper.shared().readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
