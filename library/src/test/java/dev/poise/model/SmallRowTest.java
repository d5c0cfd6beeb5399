package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SmallRowTest {

    private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 35, 8, 9, 7, 9, 36, 0};

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "QWEN2", "QWEN3", "GPT2"})
    void logitsEqualThoseOfTheNativeDecoderAtEveryLength(Family family) {
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT32, false)) {
            SmallRow row = SmallDecoder.of(decoder).row(TOKENS.length);
            for (int length = 1; length <= TOKENS.length; length++) {
                row.append(TOKENS[length - 1]);
                int[] prompt = Arrays.copyOf(TOKENS, length);
                try (GrowingRows rows = new GrowingRows(decoder, List.of(prompt), length)) {
                    assertThat(row.logits()).containsExactly(Tensors.toDoubles(rows.logits()), within(2e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "QWEN2", "QWEN3", "GPT2"})
    void rowsThatGrowTogetherGrowAsTheyWouldAlone(Family family) {
        try (Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT32, false)) {
            SmallDecoder small = SmallDecoder.of(decoder);
            List<SmallRow> together = List.of(small.row(9), small.row(6), small.row(7));
            together.get(0).append(8);
            together.get(0).append(3);
            together.get(2).append(1);
            for (int[] tokens : new int[][] {{3, 1, 4}, {5, 9, 2}, {6, 5, 35}}) {
                SmallRow.append(together, tokens);
            }
            List<double[]> logits = SmallRow.logits(together);
            int[][] texts = {{8, 3, 3, 5, 6}, {1, 9, 5}, {1, 4, 2, 35}};
            for (int i = 0; i < texts.length; i++) {
                SmallRow alone = small.row(texts[i].length);
                Arrays.stream(texts[i]).forEach(alone::append);
                assertThat(logits.get(i)).containsExactly(alone.logits());
            }
        }
    }

    @Test
    void integersStandForWeightsOfAnySize() {
        float[] weight = {0, 0, 0, 1e-3f, -2.5e-3f, 7e-9f, 3e30f, -1e30f, 2e22f, 1e-37f, 2e-38f, 1e-40f};
        SmallDecoder.Map map = SmallDecoder.Map.of(weight, null, 4, 3);
        assertThat(map.in()).isEqualTo(4);
        assertThat(map.out()).isEqualTo(3);
        for (int i = 0; i < 4; i++) {
            float largest = Math.max(1e-29f, Math.max(Math.abs(weight[3 * i]), Math.abs(weight[3 * i + 1])));
            for (int o = 0; o < 3; o++) {
                double stands = (double) map.weight()[3 * i + o] * map.scale()[i];
                assertThat(stands).isCloseTo(weight[3 * i + o], within(largest * Math.pow(2, -29)));
            }
        }
    }

    @Test
    void aForkGoesItsOwnWay() {
        try (Decoder decoder = TinyDecoders.decoder(Family.QWEN3, Precision.FLOAT32, false)) {
            SmallDecoder small = SmallDecoder.of(decoder);
            SmallRow row = small.row(8);
            Arrays.stream(TOKENS, 0, 5).forEach(row::append);
            SmallRow fork = row.fork();
            assertThat(fork.logits()).containsExactly(row.logits());
            fork.append(7);
            row.append(11);
            SmallRow straight = small.row(8);
            Arrays.stream(TOKENS, 0, 5).forEach(straight::append);
            straight.append(11);
            assertThat(row.logits()).containsExactly(straight.logits());
            assertThat(fork.logits()).isNotEqualTo(row.logits());
            assertThat(fork.length()).isEqualTo(6);
        }
    }

    /// A window, no rotation in a layer, norms elsewhere, a part of a head that turns, lengths that change frequencies.
    @ParameterizedTest
    @EnumSource(
            names = {"LLAMA", "QWEN2", "QWEN3", "GPT2"},
            mode = EnumSource.Mode.EXCLUDE)
    void leavesOtherArchitecturesToTheNativeDecoder(Family family) {
        try (Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT32, false)) {
            assertThat(SmallDecoder.fits(decoder)).isFalse();
        }
    }

    @Test
    void refusesWhatItDoesNotCompute() {
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false);
                Decoder exact = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, false)) {
            SmallRow row = SmallDecoder.of(decoder).row(1);
            row.append(1);
            assertThatThrownBy(() -> row.append(1)).hasMessage("the row is full with 1 tokens");
            assertThatThrownBy(() -> SmallDecoder.of(decoder).row(65))
                    .hasMessageContaining("context of 64 tokens, got 65");
            assertThat(SmallDecoder.fits(exact)).isFalse();
            assertThatThrownBy(() -> SmallDecoder.of(exact)).hasMessageContaining("in FLOAT64");
        }
    }

    /// Numbers that grow by 2^60 and shrink again: what is there keeps its place on the largest one's scale.
    @Test
    void cachedNumbersAreWithinTheScaleOfTheLargest() {
        SmallCache cache = new SmallCache(2, 9);
        double[] put = {3e-9, -2.5, 0, 7.25, 1e9, -3, 123456.789, -1e9, 1 << 26};
        double largest = 0;
        for (int t = 0; t < put.length; t++) {
            cache.put(1, t, put[t]);
            largest = Math.max(largest, Math.abs(put[t]));
            for (int i = 0; i <= t; i++) {
                double kept = cache.numbers()[9 + i] * cache.scale(1);
                assertThat(kept).as("%d of %d", i, t).isCloseTo(put[i], within(largest * 0x1p-25));
            }
        }
        assertThat(Arrays.stream(cache.numbers(), 0, 9)).containsOnly(0);
        assertThat(Arrays.stream(cache.numbers(), 9, 18).map(Math::abs)).allMatch(number -> number <= 1 << 26);
        SmallCache copy = new SmallCache(2, 9);
        copy.take(cache);
        assertThat(copy.numbers()).containsExactly(cache.numbers());
        assertThat(copy.scale(1)).isEqualTo(cache.scale(1));
        assertThatThrownBy(() -> cache.put(0, 0, Double.NaN)).hasMessageContaining("must be finite, got NaN");
        assertThatThrownBy(() -> cache.put(0, 0, Double.NEGATIVE_INFINITY)).hasMessageContaining("got -Infinity");
    }

    /// e^(x − largest) rounded to a unit, whatever stands behind the count.
    @Test
    void exponentialsOfScoresAreRoundedToTheirUnit() {
        float[] scores = new float[300];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 3 - i * i * 0.01f;
        }
        int one = 1 << 26;
        int[] units = new int[301];
        units[300] = 77;
        Exponential.of(scores, 0, 3.015625f, 300, one, units);
        for (int i = 0; i < scores.length; i++) {
            double exact = Math.exp(scores[i] - 3.015625) * one;
            assertThat(units[i]).as("score %s", scores[i]).isBetween((int) (exact - 0.7), (int) (exact + 0.7));
        }
        assertThat(units[300]).isEqualTo(77);
    }

    @Test
    void theExponentialIsExactToEightDigits() {
        SplittableRandom random = new SplittableRandom(5);
        double[] values = random.doubles(2000, -87, 87).toArray();
        double[] powers = values.clone();
        Exponential.of(powers, powers.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(powers[i] / Math.exp(values[i])).isCloseTo(1, within(1e-8));
        }
        double[] odd = {0, -1e30, Double.NEGATIVE_INFINITY, Double.NaN, 7};
        Exponential.of(odd, 4);
        assertThat(odd[0]).isEqualTo(1);
        assertThat(odd[1]).isEqualTo(odd[2]).isLessThan(1e-37);
        assertThat(odd[3]).isNaN();
        assertThat(odd[4]).isEqualTo(7);
    }
}
