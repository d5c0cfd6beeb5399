package dev.poise.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.model.Decoder;
import dev.poise.model.Family;
import dev.poise.model.TinyDecoders;
import dev.poise.model.TokenBatch;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SamplerTest {

    private static final List<int[]> PROMPTS =
            List.of(new int[] {3, 1, 4, 1, 5}, new int[] {9}, new int[] {2, 6, 5, 3, 5, 8, 9, 7, 9}, new int[] {3, 2});

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Not of the family whose frequencies change with the length: `GrowingRowsTest` has it.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PHI3")
    void logProbabilitiesOfSampledTokensEqualThoseOfAFullForward(Family family) {
        try (Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, false)) {
            List<Sample> samples =
                    new Sampler(decoder, Set.of(7, 8), 3).sample(PROMPTS, new Decoding(0.8, 20, 0.9, 12, 4));
            for (int i = 0; i < samples.size(); i++) {
                TokenBatch batch = TokenBatch.of(
                        List.of(List.of(sequence(PROMPTS.get(i), samples.get(i).tokens()))));
                assertThat(samples.get(i).logProbs())
                        .containsExactly(decoder.measure(batch).logProbs(), within(1e-10));
            }
        }
    }

    @Test
    void greedyTakesTheMostLikelyTokenOfAFullForward() {
        try (Decoder decoder = TinyDecoders.decoder(Family.QWEN3, Precision.FLOAT64, false)) {
            List<Sample> samples = new Sampler(decoder, Set.of(), 8).sample(PROMPTS, Decoding.greedy(10));
            for (int i = 0; i < samples.size(); i++) {
                int[] tokens = samples.get(i).tokens();
                TokenBatch batch = TokenBatch.of(List.of(List.of(sequence(PROMPTS.get(i), tokens))));
                assertThat(decoder.measure(batch).best()).containsExactly(tokens);
                assertThat(tokens).hasSize(10);
            }
        }
    }

    @Test
    void aRowIsTheSameWhateverElseIsInItsBatch() {
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, false)) {
            Decoding decoding = new Decoding(1, 0, 1, 15, 21);
            // Equal neighbours share a run; rows that end early make room for those that wait.
            List<int[]> prompts = new ArrayList<>(PROMPTS);
            prompts.addAll(Collections.nCopies(5, PROMPTS.getFirst()));
            prompts.addAll(PROMPTS);
            Set<Integer> stops = Set.of(5, 6, 7, 8);
            List<Sample> alone = new Sampler(decoder, stops, 1).sample(prompts, decoding);
            for (int batch : new int[] {2, 3, 5, 20}) {
                List<Sample> together = new Sampler(decoder, stops, batch).sample(prompts, decoding);
                for (int i = 0; i < alone.size(); i++) {
                    assertThat(together.get(i).tokens())
                            .containsExactly(alone.get(i).tokens());
                }
            }
            assertThat(alone.stream().map(sample -> sample.tokens().length).distinct())
                    .hasSizeGreaterThan(3);
        }
    }

    @Test
    void aCompletionEndsWithTheFirstStopTokenOrAtItsLimitOrAtTheContext() {
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            Set<Integer> stops = Set.of(1, 2, 3, 4, 5);
            List<int[]> prompts = Collections.nCopies(40, new int[] {9, 8});
            for (Sample sample : new Sampler(decoder, stops, 16).sample(prompts, Decoding.random(6, 3))) {
                int last = sample.tokens()[sample.tokens().length - 1];
                assertThat(sample.ended()).isEqualTo(stops.contains(last));
                assertThat(sample.tokens().length).isLessThanOrEqualTo(6);
                assertThat(sample.ended() || sample.tokens().length == 6).isTrue();
                assertThat(Arrays.stream(sample.tokens(), 0, sample.tokens().length - 1)
                                .noneMatch(stops::contains))
                        .isTrue();
            }
            int[] long60 = new int[60];
            assertThat(new Sampler(decoder, Set.of(), 1)
                            .sample(List.of(long60), Decoding.greedy(100))
                            .getFirst()
                            .tokens())
                    .hasSize(4);
        }
    }

    /// What times a batch, or keeps no more rows than fit, relies on it.
    @Test
    void noRowBeginsBeforeTheBatchBeforeItHasBeenToldInASmallDecoder() {
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            AtomicInteger asked = new AtomicInteger();
            List<int[]> prompts = new AbstractList<>() {
                @Override
                public int[] get(int index) {
                    asked.accumulateAndGet(index, Math::max);
                    return new int[] {index, 1};
                }

                @Override
                public int size() {
                    return 11;
                }
            };
            List<Integer> furthest = new ArrayList<>();
            new Sampler(decoder, Set.of(), 3)
                    .sample(prompts, Decoding.greedy(2), (index, sample) -> furthest.add(asked.get()));
            assertThat(furthest).containsExactly(2, 2, 2, 5, 5, 5, 8, 8, 8, 10, 10);
        }
    }

    @Test
    void drawsFollowTheModelsDistribution() {
        int draws = 4000;
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            int[] prompt = {11, 12, 13};
            double[] expected = new double[TinyDecoders.VOCABULARY];
            for (int token = 0; token < expected.length; token++) {
                TokenBatch batch = TokenBatch.of(List.of(List.of(sequence(prompt, token))));
                expected[token] = Math.exp(decoder.measure(batch).logProbs()[0]);
            }
            int[] counts = new int[expected.length];
            new Sampler(decoder, Set.of(), 500)
                    .sample(Collections.nCopies(draws, prompt), Decoding.random(1, 17))
                    .forEach(sample -> counts[sample.tokens()[0]]++);
            double chiSquare = 0;
            for (int token = 0; token < counts.length; token++) {
                double mean = draws * expected[token];
                chiSquare += (counts[token] - mean) * (counts[token] - mean) / mean;
            }
            // 36 degrees of freedom: the 99.9 % point is 67.99.
            assertThat(chiSquare).isLessThan(67.99);
        }
    }

    @Test
    void aTinyTemperatureIsGreedyAndNeighbouringRowsDrawIndependently() {
        try (Decoder decoder = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            List<int[]> prompts = Collections.nCopies(64, new int[] {4});
            Sampler sampler = new Sampler(decoder, Set.of(), 64);
            int[] greedy = sampler.sample(prompts.subList(0, 1), Decoding.greedy(4))
                    .getFirst()
                    .tokens();
            assertThat(sampler.sample(prompts, new Decoding(1e-40, 0, 1, 4, 2))
                            .getLast()
                            .tokens())
                    .containsExactly(greedy);
            // One stream shifted by a draw from row to row would make token t + 1 of a row token t of the next one.
            List<Sample> samples = sampler.sample(prompts, new Decoding(1000, 0, 1, 8, 2));
            int shifted = 0;
            for (int row = 0; row + 1 < samples.size(); row++) {
                for (int t = 0; t < 7; t++) {
                    shifted += samples.get(row).tokens()[t + 1]
                                    == samples.get(row + 1).tokens()[t]
                            ? 1
                            : 0;
                }
            }
            assertThat(shifted).as("of 441 comparisons, 12 expected by chance").isLessThan(40);
        }
    }

    @Test
    void cutsKeepOnlyTheMostLikelyTokens() {
        try (Decoder decoder = TinyDecoders.decoder(Family.GPT2, Precision.FLOAT32, false)) {
            int[] prompt = {11, 12, 13};
            List<int[]> prompts = Collections.nCopies(300, prompt);
            Sampler sampler = new Sampler(decoder, Set.of(), 300);
            int best = sampler.sample(List.of(prompt), Decoding.greedy(1))
                    .getFirst()
                    .tokens()[0];
            List<Integer> topOne = firstTokens(sampler, prompts, new Decoding(1.5, 1, 1, 1, 5));
            List<Integer> tinyNucleus = firstTokens(sampler, prompts, new Decoding(1.5, 0, 1e-6, 1, 5));
            List<Integer> topFour = firstTokens(sampler, prompts, new Decoding(5, 4, 1, 1, 5));
            assertThat(topOne).containsOnly(best);
            assertThat(tinyNucleus).containsOnly(best);
            assertThat(Set.copyOf(topFour)).hasSize(4).contains(best);
        }
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> new Decoding(Double.NaN, 0, 1, 1, 0))
                .hasMessage("temperature must be finite and at least 0, got NaN");
        assertThatThrownBy(() -> new Decoding(1, -1, 1, 1, 0)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Decoding(1, 0, 0, 1, 0)).hasMessageContaining("top-p must be in (0, 1], got 0.0");
        assertThatThrownBy(() -> new Decoding(1, 0, 1, 0, 0)).hasMessageContaining("max new tokens");
    }

    private static List<Integer> firstTokens(Sampler sampler, List<int[]> prompts, Decoding decoding) {
        return new ArrayList<>(sampler.sample(prompts, decoding).stream()
                .map(sample -> sample.tokens()[0])
                .toList());
    }

    private static TokenSequence sequence(int[] prompt, int... completion) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + completion.length);
        System.arraycopy(completion, 0, ids, prompt.length, completion.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }
}
