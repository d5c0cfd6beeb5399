package dev.poise.gradient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.gradient.Step.Optimiser;
import dev.poise.model.Decoder;
import dev.poise.model.Family;
import dev.poise.model.Pass;
import dev.poise.model.TinyDecoders;
import dev.poise.objective.Aot;
import dev.poise.objective.Dpo;
import dev.poise.objective.ExMate;
import dev.poise.objective.LengthDesensitised;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.objective.Wpo;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class GradientAnalysisTest {

    private static final AdamW.Settings ADAM = new AdamW.Settings(0.9, 0.999, 1e-8, 0);

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    private static Step step(Optimiser optimiser, double learningRate) {
        return new Step(optimiser, learningRate, ADAM, 0);
    }

    private static List<PairForecast> analyse(
            Decoder policy, Objective objective, Step step, int batch, List<PairRow> rows) {
        try (GradientAnalysis analysis =
                new GradientAnalysis(policy, objective, new GradientAnalysis.Settings(step, batch, true))) {
            return analysis.of(rows, done -> {});
        }
    }

    static List<Objective> objectives() {
        return List.of(
                new Dpo(0.3, 0),
                new ExMate(1, Normalise.TOKENS),
                new Mixture(List.of(new Term(new Dpo(0.3, 0), 1), new Term(new Mle(), .5))),
                new TokenUnlikelihood(.7),
                new LengthDesensitised(new Dpo(0.3, 0), .4),
                new Wpo(new Dpo(0.3, 0)),
                new Aot(0.3, 0, Aot.Sorted.MARGINS));
    }

    /// The measure: within 1 % of a real step of gradient descent at 1e-6 in float64. Here it is 0.3 %.
    @ParameterizedTest
    @MethodSource("objectives")
    void forecastsARealStepOfGradientDescent(Objective objective) {
        for (Family family : new Family[] {Family.LLAMA, Family.GPT2}) {
            try (Decoder policy = TinyDecoders.decoder(family, Precision.FLOAT64, true)) {
                List<PairForecast> found = analyse(policy, objective, step(Optimiser.SGD, 1e-6), 3, rows(7));
                assertThat(found).hasSize(7);
                for (PairForecast pair : found) {
                    close(requireNonNull(pair.actual()), pair.sgd(), 3e-3);
                    close(requireNonNull(pair.actualBatch()), pair.batch(), 3e-3);
                }
            }
        }
    }

    /// The first step of the optimiser that training uses, with decay and clipping.
    @ParameterizedTest
    @MethodSource("objectives")
    void forecastsARealStepOfAdamW(Objective objective) {
        Step step = new Step(Optimiser.ADAMW, 1e-7, new AdamW.Settings(0.9, 0.99, 1e-3, 0.3), 0.05);
        try (Decoder policy = TinyDecoders.decoder(Family.QWEN2, Precision.FLOAT64, true)) {
            for (PairForecast pair : analyse(policy, objective, step, 4, rows(6))) {
                close(requireNonNull(pair.actual()), pair.adamW(), 1e-3);
                close(requireNonNull(pair.actualBatch()), pair.batch(), 1e-3);
            }
        }
    }

    private static void close(Change actual, Change forecast, double share) {
        assertThat(forecast.good()).isCloseTo(actual.good(), within(share * Math.abs(actual.good())));
        assertThat(forecast.bad()).isCloseTo(actual.bad(), within(share * Math.abs(actual.bad())));
    }

    /// Where all tokens of an answer are pushed alike the forecast is the formula on the inner products.
    @Test
    void theForecastFollowsFromTheInnerProducts() {
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            for (PairForecast pair : analyse(policy, new Dpo(0.3, 0), step(Optimiser.SGD, 1e-3), 4, rows(3))) {
                close(pair.sgd(), pair.all().forecast(pair.weights(), 1e-3), 1e-10);
                close(pair.sgdUnembedding(), pair.unembedding().forecast(pair.weights(), 1e-3), 1e-10);
            }
        }
    }

    /// Without decay AdamW's forecast is the formula on the scaled inner products.
    @Test
    void adamWsForecastFollowsFromItsScaledInnerProducts() {
        Step step = new Step(Optimiser.ADAMW, 1e-3, new AdamW.Settings(0.9, 0.99, 1e-3, 0), 0.05);
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            for (PairForecast pair : analyse(policy, new Dpo(0.3, 0), step, 4, rows(3))) {
                close(pair.adamW(), pair.scaled().forecast(pair.weights(), 1e-3), 1e-10);
            }
        }
    }

    /// A batch of one pair is the pair alone.
    @ParameterizedTest
    @EnumSource
    void aBatchOfOneIsThePairAlone(Optimiser optimiser) {
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            for (PairForecast pair : analyse(policy, new Dpo(0.3, 0), step(optimiser, 1e-3), 1, rows(3))) {
                close(pair.batch(), pair.forecast(optimiser), 1e-10);
                assertThat(pair.actualBatch()).isEqualTo(pair.actual());
            }
        }
    }

    @Test
    void weightsAreTheSameAfterwardsToTheLastBit() {
        for (Precision precision : Precision.values()) {
            try (Decoder policy = TinyDecoders.decoder(Family.QWEN3, precision, true)) {
                double[] before = Tensors.toDoubles(policy.parameters().values());
                List<PairForecast> first = analyse(policy, new Dpo(0.3, 0), step(Optimiser.ADAMW, 1e-2), 2, rows(3));
                assertThat(Tensors.toDoubles(policy.parameters().values())).containsExactly(before);
                assertThat(Tensors.toDoubles(policy.parameters().gradients())).containsOnly(0);
                assertThat(requireNonNull(first.getFirst().actual()).good()).isNotZero();
                assertThat(analyse(policy, new Dpo(0.3, 0), step(Optimiser.ADAMW, 1e-2), 2, rows(3)))
                        .isEqualTo(first);
            }
        }
    }

    @Test
    void threadsThatShareBatchesOutFindTheSame() {
        Torch.start(1);
        GradientAnalysis.Settings settings = new GradientAnalysis.Settings(step(Optimiser.ADAMW, 1e-3), 2, true);
        List<PairForecast> expected;
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            expected = analyse(policy, new Dpo(0.3, 0), settings.step(), 2, rows(7));
        }
        List<Integer> told = new ArrayList<>();
        List<PairForecast> found = new SharedAnalysis(
                        () -> TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true), new Dpo(0.3, 0), settings, 3)
                .of(rows(7), told::add);
        Torch.start(2);
        assertThat(found).isEqualTo(expected);
        assertThat(told).endsWith(7).isSorted();
    }

    @Test
    void aThreadThatFailsFailsTheWhole() {
        GradientAnalysis.Settings settings = new GradientAnalysis.Settings(step(Optimiser.ADAMW, 1e-3), 2, true);
        SharedAnalysis shared = new SharedAnalysis(
                () -> {
                    throw new IllegalArgumentException("no decoder");
                },
                new Dpo(0.3, 0),
                settings,
                2);
        assertThatThrownBy(() -> shared.of(rows(5), done -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no decoder");
    }

    /// The untied output matrix's stretch of the whole gradients, against the identity.
    @Test
    void theIdentityOverTheOutputMatrixEqualsItsGradients() {
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            for (PairRow row : rows(4)) {
                PairWalk walk = PairWalk.of(policy, row, false);
                double[][] byOutput = byOutput(policy, row);
                InnerProducts whole = new InnerProducts(
                        dot(byOutput[0], byOutput[0]), dot(byOutput[0], byOutput[1]), dot(byOutput[1], byOutput[1]));
                for (int chunk : new int[] {1, 3, 1000}) {
                    InnerProducts identity =
                            UnembeddingKernel.ofChunks(walk.pass(), chunk).products();
                    assertThat(identity.goodGood()).isCloseTo(whole.goodGood(), within(1e-11));
                    assertThat(identity.goodBad()).isCloseTo(whole.goodBad(), within(1e-11));
                    assertThat(identity.badBad()).isCloseTo(whole.badBad(), within(1e-11));
                }
                InnerProducts all = PairWalk.products(walk.gradients());
                assertThat(all.goodGood()).isGreaterThan(whole.goodGood());
            }
        }
    }

    /// Gradients of either answer by the output matrix, each by a walk of its own.
    private static double[][] byOutput(Decoder policy, PairRow row) {
        double[][] gradients = new double[2][];
        for (int side = 0; side < 2; side++) {
            policy.parameters().clearGradients();
            Pass pass = policy.forward(row.batch());
            double[] ones = new double[row.batch().targets().length];
            Arrays.fill(ones, row.batch().offsets()[side], row.batch().offsets()[side + 1], 1);
            pass.backward(ones);
            Tensor head = policy.parameters().gradient("head.weight");
            gradients[side] = Tensors.toDoubles(head);
        }
        policy.parameters().clearGradients();
        return gradients;
    }

    @Test
    void bothGradientsOfOneForwardPassEqualThoseOfTwo() {
        for (Family family : new Family[] {Family.GPT2, Family.QWEN3}) {
            try (PointerScope scope = new PointerScope();
                    Decoder policy = TinyDecoders.decoder(family, Precision.FLOAT64, true)) {
                PairRow row = rows(2).getLast();
                Tensor both = PairWalk.of(policy, row, false).gradients();
                for (int side = 0; side < 2; side++) {
                    policy.parameters().clearGradients();
                    Pass pass = policy.forward(row.batch());
                    double[] ones = new double[row.batch().targets().length];
                    Arrays.fill(ones, row.batch().offsets()[side], row.batch().offsets()[side + 1], 1);
                    pass.backward(ones);
                    assertThat(Tensors.toDoubles(both.select(0, side)))
                            .containsExactly(
                                    Tensors.toDoubles(policy.parameters().gradients()), within(1e-12));
                }
            }
        }
    }

    @Test
    void chesReadsTheStatesBeforeTheTrainedTokens() {
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            PairRow row = rows(3).getLast();
            PairWalk walk = PairWalk.of(policy, row, false);
            int good = row.encoded().chosen().trainedTokens();
            int bad = row.encoded().rejected().trainedTokens();
            double[] hidden = Tensors.toDoubles(walk.pass().hidden());
            int width = policy.architecture().width();
            double[][] sums = new double[2][width];
            for (int r = 0; r < good + bad; r++) {
                for (int d = 0; d < width; d++) {
                    sums[r < good ? 0 : 1][d] += hidden[r * width + d];
                }
            }
            double across = dot(sums[0], sums[1]);
            double own = dot(sums[0], sums[0]);
            assertThat(walk.ches().plain()).isCloseTo(across - own, within(1e-9));
            assertThat(walk.ches().normalised()).isCloseTo(across / (good * bad) - own / (good * good), within(1e-12));
            // Both answers begin behind the same prompt token.
            assertThat(Arrays.copyOf(hidden, width))
                    .containsExactly(Arrays.copyOfRange(hidden, good * width, (good + 1) * width));
        }
    }

    /// The rejected answer says the chosen one over and over: pushing it down takes the chosen one along. A
    /// likelihood or an ExMATE added with just the remedy's weight leaves the chosen answer where it is.
    @Test
    void theRemedyHoldsInARealStep() {
        int[] prompt = {3, 1, 4};
        List<PairRow> row = List.of(new PairRow(
                0,
                new Encoded.Pair(
                        new Source(Path.of("pairs.jsonl"), 1),
                        sequence(join(prompt, new int[] {9, 2}), 3),
                        sequence(join(prompt, new int[] {9, 2, 9, 2, 9, 2, 9, 2}), 3)),
                new PairRow.Reference.Known(new double[] {-4, -5}, new double[] {-31})));
        try (Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            Step step = step(Optimiser.SGD, 1e-6);
            PairForecast displaced =
                    analyse(policy, new Dpo(0.3, 0), step, 1, row).getFirst();
            assertThat(displaced.sgd().verdict()).isEqualTo(Change.Verdict.BOTH_DOWN);
            double lambda = displaced.likelihoodRemedy() * 2;
            double exMate = displaced.exMateRemedy(.05).orElseThrow();
            ToDoubleFunction<Mixture> chosen = mixture -> requireNonNull(
                            analyse(policy, mixture, step, 1, row).getFirst().actual())
                    .good();
            assertThat(chosen.applyAsDouble(with(new Mle(), 1.01 * lambda))).isPositive();
            assertThat(chosen.applyAsDouble(with(new Mle(), 0.99 * lambda))).isNegative();
            assertThat(chosen.applyAsDouble(with(new ExMate(.05, Normalise.TOKENS), 1.01 * exMate)))
                    .isPositive();
            assertThat(chosen.applyAsDouble(with(new ExMate(.05, Normalise.TOKENS), 0.99 * exMate)))
                    .isNegative();
        }
    }

    private static Mixture with(Objective added, double weight) {
        return new Mixture(List.of(new Term(new Dpo(0.3, 0), 1), new Term(added, weight)));
    }

    private static double dot(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }

    /// Pairs that differ in one token, early or late, and in their lengths, with references that are distinct and
    /// not zero.
    static List<PairRow> rows(int count) {
        SplittableRandom random = new SplittableRandom(4);
        List<PairRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(3 + i, 0, TinyDecoders.VOCABULARY).toArray();
            int[] chosen =
                    join(prompt, random.ints(4 + i, 0, TinyDecoders.VOCABULARY).toArray());
            int[] rejected = Arrays.copyOf(chosen, chosen.length + 2);
            rejected[prompt.length + i % 4]++;
            rejected[prompt.length + i % 4] %= TinyDecoders.VOCABULARY;
            rejected[chosen.length] = 1 + i;
            rejected[chosen.length + 1] = 20 - i;
            rows.add(new PairRow(
                    i,
                    new Encoded.Pair(
                            new Source(Path.of("pairs.jsonl"), i + 1),
                            sequence(chosen, prompt.length),
                            sequence(rejected, prompt.length)),
                    new PairRow.Reference.Known(
                            spread(chosen.length - prompt.length, random),
                            spread(rejected.length - prompt.length, random))));
        }
        return rows;
    }

    private static double[] spread(int tokens, SplittableRandom random) {
        return random.doubles(tokens, -6, -2).toArray();
    }

    private static int[] join(int[] left, int[] right) {
        int[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    private static TokenSequence sequence(int[] ids, int firstTrained) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, firstTrained, ids.length, true);
        return new TokenSequence(ids, trained);
    }
}
