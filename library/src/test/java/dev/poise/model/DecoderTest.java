package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DecoderTest {

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void gradientEqualsCentralDifferences(Family family) {
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, true)) {
            TokenBatch batch = TokenBatch.of(groups(3));
            double[] coefficients = coefficients(batch);
            decoder.forward(batch).backward(coefficients);
            SplittableRandom random = new SplittableRandom(5);
            for (Parameter parameter : decoder.parameters().layout()) {
                double[] gradient = Tensors.toDoubles(decoder.parameters().gradient(parameter.name()));
                Tensor values = decoder.parameters().master(parameter.name()).view(parameter.size());
                for (int draw = 0; draw < 4; draw++) {
                    int index = random.nextInt(gradient.length);
                    assertThat(gradient[index])
                            .as("%s[%d]", parameter.name(), index)
                            .isCloseTo(centralDifference(decoder, batch, coefficients, values, index), within(1e-6));
                }
            }
        }
    }

    private static double centralDifference(
            Decoder decoder, TokenBatch batch, double[] coefficients, Tensor values, int index) {
        double step = 1e-5;
        double[] loss = new double[2];
        for (int side = 0; side < 2; side++) {
            double move = side == 0 ? step : -step;
            Torch.withoutGradients(() -> values.narrow(0, index, 1).add_(Tensors.scalar(move)));
            double[] logProbs = decoder.measure(batch).logProbs();
            for (int r = 0; r < logProbs.length; r++) {
                loss[side] += coefficients[r] * logProbs[r];
            }
            Torch.withoutGradients(() -> values.narrow(0, index, 1).sub_(Tensors.scalar(move)));
        }
        return (loss[0] - loss[1]) / (2 * step);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void sharedPrefixEqualsSeparateRowsInValuesAndGradients(Family family) {
        List<List<TokenSequence>> shared = groups(3);
        List<List<TokenSequence>> separate =
                shared.stream().flatMap(List::stream).map(List::of).toList();
        TokenBatch sharedBatch = TokenBatch.of(shared);
        TokenBatch separateBatch = TokenBatch.of(separate);
        assertThat(sharedBatch.length()).isLessThan(separateBatch.length());

        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, true)) {
            double[] coefficients = coefficients(sharedBatch);
            assertThat(decoder.measure(sharedBatch).logProbs())
                    .containsExactly(decoder.measure(separateBatch).logProbs(), within(1e-10));
            decoder.forward(sharedBatch).backward(coefficients);
            double[] sharedGradient = Tensors.toDoubles(decoder.parameters().gradients());
            decoder.parameters().clearGradients();
            decoder.forward(separateBatch).backward(coefficients);
            double[] separateGradient = Tensors.toDoubles(decoder.parameters().gradients());
            assertThat(sharedGradient).containsExactly(separateGradient, within(1e-10));
        }
    }

    @Test
    void trap16_aRowsLogProbabilitiesDoNotDependOnWhatElseIsInTheBatch() {
        List<List<TokenSequence>> groups = groups(6);
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            TokenBatch whole = TokenBatch.of(groups);
            double[] together = whole.sumBySequence(decoder.measure(whole).logProbs());
            int sequence = 0;
            for (List<TokenSequence> group : groups) {
                TokenBatch alone = TokenBatch.of(List.of(group));
                for (double sum : alone.sumBySequence(decoder.measure(alone).logProbs())) {
                    assertThat(together[sequence++]).isCloseTo(sum, within(1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void runningBlocksAgainGivesTheSameValuesAndGradients(Family family) {
        TokenBatch batch = TokenBatch.of(groups(4));
        double[] coefficients = coefficients(batch);
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, true)) {
            Pass pass = decoder.forward(batch);
            double[] logProbs = pass.measure().logProbs();
            pass.backward(coefficients);
            double[] gradient = Tensors.toDoubles(decoder.parameters().gradients());
            decoder.parameters().clearGradients();

            Pass frugal = decoder.forwardFrugally(batch);
            assertThat(frugal.measure().logProbs()).containsExactly(logProbs);
            frugal.backward(coefficients);
            assertThat(Tensors.toDoubles(decoder.parameters().gradients())).containsExactly(gradient, within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN2", "OLMO2", "GEMMA2", "GPT_NEOX"})
    void bfloat16StaysNearFloat32InValuesAndGradients(Family family) {
        TokenBatch batch = TokenBatch.of(groups(4));
        double[] coefficients = coefficients(batch);
        try (PointerScope scope = new PointerScope();
                Decoder full = TinyDecoders.decoder(family, Precision.FLOAT32, true);
                Decoder half = TinyDecoders.decoder(family, Precision.BFLOAT16, true)) {
            double[] exact = full.measure(batch).logProbs();
            double[] rounded = half.measure(batch).logProbs();
            // Units of bfloat16 round the logits too, those beyond 4 to the next 1/32.
            assertThat(rounded).containsExactly(exact, within(0.1));
            assertThat(rounded).isNotEqualTo(exact);
            full.forward(batch).backward(coefficients);
            half.forward(batch).backward(coefficients);
            double[] exactGradient = Tensors.toDoubles(full.parameters().gradients());
            double[] roundedGradient = Tensors.toDoubles(half.parameters().gradients());
            assertThat(cosine(exactGradient, roundedGradient)).isGreaterThan(0.999);
        }
    }

    @Test
    void trap14_twoForwardsAreIdentical() {
        TokenBatch batch = TokenBatch.of(groups(4));
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(Family.GPT2, Precision.FLOAT32, true)) {
            assertThat(decoder.measure(batch).logProbs())
                    .containsExactly(decoder.measure(batch).logProbs());
            assertThat(decoder.forward(batch).measure().logProbs())
                    .containsExactly(decoder.measure(batch).logProbs());
        }
    }

    @Test
    void gradientsOfTwoPassesAdd() {
        TokenBatch batch = TokenBatch.of(groups(2));
        double[] coefficients = coefficients(batch);
        for (Precision precision : Precision.values()) {
            try (PointerScope scope = new PointerScope();
                    Decoder decoder = TinyDecoders.decoder(Family.LLAMA, precision, true)) {
                decoder.forward(batch).backward(coefficients);
                double[] once = Tensors.toDoubles(decoder.parameters().gradients());
                decoder.forward(batch).backward(coefficients);
                double[] twice = Tensors.toDoubles(decoder.parameters().gradients());
                for (int i = 0; i < once.length; i++) {
                    assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-3 * Math.abs(once[i]) + 1e-6));
                }
            }
        }
    }

    @Test
    void nativeMemoryStaysFlatOverManySteps() {
        TokenBatch batch = TokenBatch.of(groups(8));
        double[] coefficients = coefficients(batch);
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, true)) {
            Runnable step = () -> Torch.inScope(() -> decoder.forward(batch).backward(coefficients));
            for (int i = 0; i < 50; i++) {
                step.run();
            }
            long before = Torch.residentBytes();
            for (int i = 0; i < 300; i++) {
                step.run();
            }
            assertThat(Torch.residentBytes() - before).isLessThan(64L << 20);
        }
    }

    /// Pairs with prompts and answers of different lengths.
    private static List<List<TokenSequence>> groups(int count) {
        SplittableRandom random = new SplittableRandom(3);
        List<List<TokenSequence>> groups = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            int[] prompt = random.ints(2 + 3 * g, 0, TinyDecoders.VOCABULARY).toArray();
            groups.add(List.of(
                    sequence(
                            prompt,
                            random.ints(4 + g, 0, TinyDecoders.VOCABULARY).toArray()),
                    sequence(
                            prompt,
                            random.ints(3 + 2 * g, 0, TinyDecoders.VOCABULARY).toArray())));
        }
        return groups;
    }

    private static TokenSequence sequence(int[] prompt, int[] completion) {
        int[] ids = new int[prompt.length + completion.length];
        boolean[] trained = new boolean[ids.length];
        System.arraycopy(prompt, 0, ids, 0, prompt.length);
        System.arraycopy(completion, 0, ids, prompt.length, completion.length);
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private static double[] coefficients(TokenBatch batch) {
        return new SplittableRandom(7).doubles(batch.targets().length, -1, 1).toArray();
    }

    private static double cosine(double[] a, double[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
