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
import dev.poise.objective.Aot;
import dev.poise.objective.Batch;
import dev.poise.objective.BatchExMate;
import dev.poise.objective.BcoUnpaired;
import dev.poise.objective.Dpo;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Kto;
import dev.poise.objective.LengthDesensitised;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mle;
import dev.poise.objective.Need;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.Orpo;
import dev.poise.objective.Spread;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.objective.Totals;
import dev.poise.objective.Wpo;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TunerTest {

    /// A model whose configuration asks for dropout.
    private static final Path GPT2 = Path.of("src/test/resources/models/gpt2");

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

    /// Objectives of every kind of need, and rows that have it.
    static Stream<Arguments> objectivesAndRows() {
        List<TrainingRow> pairs = pairs(8, true);
        return Stream.of(
                Arguments.of(new Dpo(0.3, 0), pairs),
                Arguments.of(new Mle(), pairs(8, false)),
                Arguments.of(new TokenUnlikelihood(0.7), pairs),
                Arguments.of(new LengthDesensitised(new Dpo(0.3, 0), 0.3), pairs),
                Arguments.of(new Wpo(new Dpo(0.3, 0)), pairs),
                Arguments.of(new Orpo(0.3, Orpo.Likelihood.PROMPT_AND_COMPLETION), pairs),
                Arguments.of(new Aot(0.3, 0.1, Aot.Sorted.MARGINS), pairs),
                Arguments.of(new Aot(0.3, 0, Aot.Sorted.REWARDS), pairs),
                Arguments.of(new BatchExMate(0.8), pairs),
                Arguments.of(new Spread(3.2, 0.97, 0.7, 1.3), pairs),
                Arguments.of(
                        new Mixture(List.of(
                                new Mixture.Term(new Dpo(0.3, 0), 1), new Mixture.Term(new Spread(3.2, 0, 2, 1), 0.5))),
                        pairs),
                Arguments.of(new LengthDesensitised(new Aot(0.3, 0, Aot.Sorted.REWARDS), 0.5), pairs),
                Arguments.of(new Kto(0.3, 1.3, 0.7, Kto.Indifference.MISMATCHED), labelled(8)),
                Arguments.of(new BcoUnpaired(0.3, 1, 1, BcoUnpaired.Shift.STEP_MEAN), labelled(8)));
    }

    @ParameterizedTest
    @MethodSource("objectivesAndRows")
    void trap09_accumulatingMicroBatchesEqualsOneBigBatch(Objective objective, List<TrainingRow> rows) {
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
                .containsExactlyInAnyOrderElementsOf(metrics.get(0).keySet());
        metrics.get(0).forEach((name, value) -> {
            assertThat(metrics.get(1).get(name)).as(name).isCloseTo(value, within(1e-9));
            assertThat(metrics.get(2).get(name)).as(name).isCloseTo(value, within(1e-9));
        });
    }

    /// The whole chain: a parameter moved by a little moves the loss by the gradient.
    @ParameterizedTest
    @MethodSource("objectivesAndRows")
    void gradientsOfParametersMatchCentralDifferences(Objective objective, List<TrainingRow> rows) {
        // Weights and points of reference that are taken as constants have no derivative: differences would see one.
        if (objective instanceof Wpo || objective instanceof BcoUnpaired || objective instanceof Kto) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.GPT2, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, objective, new Tuner.Settings(ADAM, 0, 60))) {
            Tensor values = policy.parameters().values();
            double[] before = Tensors.toDoubles(values);
            tuner.step(rows, 0);
            double[] gradients = Tensors.toDoubles(policy.parameters().gradients());
            for (int index = 7; index < before.length; index += before.length / 5) {
                double slope = (lossWithMoved(tuner, values, index, 1e-5, rows)
                                - lossWithMoved(tuner, values, index, -1e-5, rows))
                        / 2e-5;
                assertThat(gradients[index]).as("parameter %s", index).isCloseTo(slope, within(1e-7));
            }
        }
    }

    private static double lossWithMoved(Tuner tuner, Tensor values, int index, double by, List<TrainingRow> rows) {
        Torch.withoutGradients(() -> values.narrow(0, index, 1).add_(Tensors.scalar(by)));
        double loss = tuner.evaluate(rows, new Averages());
        Torch.withoutGradients(() -> values.narrow(0, index, 1).add_(Tensors.scalar(-by)));
        return loss;
    }

    /// A step whose largest weight is 1/(1 − f⁻)-sized says so; its metrics show weights with their sign.
    @Test
    void weightsOfAStepAreShownWithTheirSignAndTheLargestIsReported() {
        List<TrainingRow> rows = pairs(3, true);
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            double[][] sums = Likelihoods.summed(
                    policy, rows.stream().map(TrainingRow::encoded).toList(), 8192, done -> {});
            List<TrainingRow> learnt = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                // Margins of 20 nats where IPO at β = 0.1 asks for 5: weights of 2 (5 − 20).
                learnt.add(new TrainingRow(rows.get(i).encoded(), new double[] {sums[i][0] - 20, sums[i][1]}));
            }
            Averages averages = new Averages();
            try (Tuner tuner = new Tuner(policy, new Ipo(0.1, Normalise.NONE), new Tuner.Settings(ADAM, 0, 40))) {
                assertThat(tuner.step(learnt, 0, averages).largestWeight()).isCloseTo(30, within(1e-9));
            }
            assertThat(averages.means().get("weights/chosen")).isCloseTo(-30, within(1e-9));
            assertThat(averages.means().get("weights/rejected")).isCloseTo(-30, within(1e-9));
            assertThat(averages.means().get("weights/max")).isCloseTo(30, within(1e-9));
            assertThat(averages.means()).containsEntry("weights/vanished", 0.0);
            Averages hinge = new Averages();
            try (Tuner tuner = new Tuner(policy, new Hinge(0.1, true), new Tuner.Settings(ADAM, 0, 40))) {
                tuner.step(learnt, 0, hinge);
            }
            assertThat(hinge.means()).containsEntry("weights/vanished", 1.0).containsEntry("weights/max", 0.0);
        }
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

    /// The reference is a set of numbers that are measured before the first step: a step cannot reach them.
    @Test
    void trap13_theReferenceStaysWhileThePolicyMoves() {
        List<Encoded> encoded =
                pairs(4, true).stream().map(TrainingRow::encoded).toList();
        try (Decoder initial = ModelDirectory.read(GPT2, Precision.FLOAT64, false);
                Decoder policy = ModelDirectory.read(GPT2, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(ADAM, 0, 8192))) {
            double[][] before = Likelihoods.summed(initial, encoded, 8192, done -> {});
            List<TrainingRow> rows = scored(encoded, Likelihoods.summed(initial, encoded, 8192, done -> {}));
            for (int step = 0; step < 3; step++) {
                tuner.step(rows, 1e-3);
            }
            double[][] moved = Likelihoods.summed(policy, encoded, 8192, done -> {});
            assertThat(Likelihoods.summed(initial, encoded, 8192, done -> {})).isDeepEqualTo(before);
            Averages averages = new Averages();
            tuner.evaluate(rows, averages);
            double margin = 0;
            for (int row = 0; row < rows.size(); row++) {
                assertThat(rows.get(row).reference()).containsExactly(before[row]);
                margin += 0.1 * (moved[row][0] - before[row][0] - moved[row][1] + before[row][1]) / rows.size();
            }
            assertThat(margin).isGreaterThan(0.01);
            assertThat(averages.means().get("rewards/margins")).isCloseTo(margin, within(1e-12));
        }
    }

    @Test
    void trap14_dropoutInTheConfigurationIsNotApplied() throws IOException {
        assertThat(Files.readString(GPT2.resolve("config.json"))).contains("\"resid_pdrop\": 0.1");
        List<Encoded> encoded =
                pairs(4, true).stream().map(TrainingRow::encoded).toList();
        try (Decoder reference = ModelDirectory.read(GPT2, Precision.FLOAT32, false);
                Decoder policy = ModelDirectory.read(GPT2, Precision.FLOAT32, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(ADAM, 0, 8192))) {
            double[][] once = Likelihoods.summed(reference, encoded, 8192, done -> {});
            assertThat(Likelihoods.summed(policy, encoded, 8192, done -> {})).isDeepEqualTo(once);
            List<TrainingRow> rows = scored(encoded, once);
            assertThat(tuner.evaluate(rows, new Averages())).isCloseTo(Math.log(2), within(1e-15));
            assertThat(tuner.step(rows, 1e-3).loss()).isCloseTo(Math.log(2), within(1e-6));
        }
    }

    /// Batches of three pairs and of two: a token counts once, whatever batch it is in.
    @Test
    void trap20_metricsOfTokensAreMeansOverTokensAlsoWhereTheLastBatchIsSmaller() {
        List<TrainingRow> rows = pairs(5, true);
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true);
                Tuner tuner = new Tuner(policy, new Dpo(0.3, 0), new Tuner.Settings(ADAM, 0, 40))) {
            Measured all = Likelihoods.measure(policy, rows, EnumSet.noneOf(Need.class));
            Averages averages = new Averages();
            tuner.evaluate(rows.subList(0, 3), averages);
            double ofFirst = averages.mean("entropy").orElseThrow();
            tuner.evaluate(rows.subList(3, 5), averages);
            Averages last = new Averages();
            tuner.evaluate(rows.subList(3, 5), last);

            double entropy = Arrays.stream(all.tokens().entropies()).average().orElseThrow();
            assertThat(averages.means().get("entropy")).isCloseTo(entropy, within(1e-12));
            assertThat((ofFirst + last.mean("entropy").orElseThrow()) / 2).isNotCloseTo(entropy, within(1e-6));
            double[] logits = all.tokens().meanLogits();
            double[] sums = new double[2];
            int[] counts = new int[2];
            int right = 0;
            for (int sequence = 0; sequence < all.batch().sequences(); sequence++) {
                for (int r = all.batch().offsets()[sequence]; r < all.batch().offsets()[sequence + 1]; r++) {
                    sums[sequence % 2] += logits[r];
                    counts[sequence % 2]++;
                    boolean hit = all.tokens().best()[r] == all.batch().targets()[r];
                    right += sequence % 2 == 0 && hit ? 1 : 0;
                }
            }
            assertThat(counts).containsExactly(3 + 5 + 7 + 9 + 11, 4 + 5 + 6 + 7 + 8);
            assertThat(averages.means().get("logits/chosen")).isCloseTo(sums[0] / counts[0], within(1e-12));
            assertThat(averages.means().get("logits/rejected")).isCloseTo(sums[1] / counts[1], within(1e-12));
            assertThat(averages.means()).containsEntry("mean_token_accuracy", right / (double) counts[0]);
        }
    }

    @Test
    void trap23_aRowWithoutATrainedTokenIsRefused() {
        TokenSequence mute = new TokenSequence(new int[] {3, 4, 5}, new boolean[3]);
        TokenSequence heard = sequence(new int[] {3, 4, 6}, 2);
        String problem = "pairs.jsonl:7: every sequence must hold at least one trained token, got one without";
        for (Encoded row : List.of(pair(mute, mute, 7), pair(mute, heard, 7), pair(heard, mute, 7))) {
            assertThatThrownBy(() -> TrainingRow.of(row))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(problem);
        }
        assertThat(TrainingRow.of(pair(heard, heard, 7)).reference()).isNull();
    }

    private static List<TrainingRow> scored(List<Encoded> encoded, double[][] reference) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int row = 0; row < encoded.size(); row++) {
            rows.add(new TrainingRow(encoded.get(row), reference[row]));
        }
        return rows;
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
            public Set<Need> needs() {
                return EnumSet.of(Need.PAIRS);
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
                            ? new TrainingRow(
                                    pair(chosen, rejected, i + 1),
                                    reference,
                                    new double[][] {
                                        spread(reference[0], 3 + 2 * i, random), spread(reference[1], 4 + i, random)
                                    },
                                    null)
                            : TrainingRow.of(
                                    new Encoded.Single(new Source(Path.of("rows.jsonl"), i + 1), chosen, null)));
        }
        return rows;
    }

    /// Parts of a sum that differ from each other.
    private static double[] spread(double sum, int parts, SplittableRandom random) {
        double[] spread = random.doubles(parts, 0.5, 1.5).toArray();
        double all = Arrays.stream(spread).sum();
        return Arrays.stream(spread).map(part -> sum * part / all).toArray();
    }

    /// Labelled rows, five of eight good, with references and mismatched completions.
    private static List<TrainingRow> labelled(int count) {
        List<TrainingRow> rows = new ArrayList<>();
        List<TrainingRow> pairs = pairs(count, true);
        for (int i = 0; i < count; i++) {
            Encoded.Pair own = (Encoded.Pair) pairs.get(i).encoded();
            Encoded.Pair other = (Encoded.Pair) pairs.get((i + 1) % count).encoded();
            double[] reference = requireNonNull(pairs.get(i).reference());
            Source source = new Source(Path.of("rows.jsonl"), i + 1);
            rows.add(new TrainingRow(
                    new Encoded.Single(source, own.chosen(), i % 3 != 1),
                    new double[] {reference[0]},
                    new double[0][],
                    new TrainingRow.Mismatched(new Encoded.Single(source, other.rejected(), null), reference[1] - 9)));
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
