package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Two small models as they are published: one of random weights against transformers, one that really tells
/// stories.
final class RealModelTest {

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// transformers 5.18 in float32; so what float64 can be held to is transformers' own rounding.
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-4, 1e-4", "FLOAT64, 2e-6, 5e-6"})
    void tinyGpt2SaysWhatTransformersSays(Precision precision, double ofLogits, double ofTokens) {
        JsonNode golden = JsonMapper.shared()
                .readTree(RealData.path("goldens/tiny-gpt2-logits.json").toFile());
        assertThat(golden.get("cases").size()).isEqualTo(3);
        try (Decoder decoder = ModelDirectory.read(RealData.path("models/tiny-random-gpt2"), precision, false)) {
            for (JsonNode expected : golden.get("cases")) {
                int[] ids = ints(expected.get("input_ids"));
                TokenBatch batch = TokenBatch.of(List.of(List.of(allTrained(ids))));
                double[][] logits = logits(decoder, batch);
                assertThat(Arrays.copyOf(logits[0], 8))
                        .containsExactly(doubles(expected.get("first8_logits_pos0")), within(ofLogits));
                assertThat(Arrays.copyOf(logits[ids.length - 1], 8))
                        .containsExactly(doubles(expected.get("first8_logits_last")), within(ofLogits));

                TokenStatistics read = decoder.measure(batch);
                double[] last = logits[ids.length - 1];
                assertThat(read.logProbs()).containsExactly(doubles(expected.get("token_logprobs")), within(ofTokens));
                assertThat(withLast(read.entropies(), entropy(last)))
                        .containsExactly(doubles(expected.get("entropy")), within(ofTokens));
                assertThat(IntStream.concat(Arrays.stream(read.best()), IntStream.of(argmax(last))))
                        .containsExactly(Arrays.stream(ints(expected.get("argmax")))
                                .boxed()
                                .toArray(Integer[]::new));
            }
        }
    }

    @Test
    void stories260kTellsItsStory() {
        Path directory = RealData.path("models/stories260K");
        try (Decoder decoder = ModelDirectory.read(directory, Precision.FLOAT32, false);
                Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(decoder.parameters().values().numel()).isEqualTo(292_800);
            // It was trained on stories one behind the other, so that the beginning of the next ends a story.
            assertThat(tokenizer.specialTokens().stop()).containsExactly(1, 2);
            int[] beginning = {tokenizer.bosId().orElseThrow()};
            Sample story = new Sampler(decoder, tokenizer.specialTokens().stop(), 1)
                    .sample(List.of(beginning), Decoding.greedy(150))
                    .getFirst();
            assertThat(tokenizer.decode(story.tokens(), true))
                    // What llama2.c's own test expects of this model.
                    .startsWith("Once upon a time, there was a little girl named Lily. "
                            + "She loved to play outside in the park. One day, she saw a big, red ball.")
                    .matches("[\\p{Alnum}\\p{Punct}\\s]+");
            assertThat(story.ended() || story.tokens().length == 150).isTrue();
            assertThat(Arrays.stream(story.tokens(), 0, story.tokens().length - 1)
                            .noneMatch(tokenizer.specialTokens().stop()::contains))
                    .isTrue();
        }
    }

    /// Logits after every token, `[N][V]`.
    private static double[][] logits(Decoder decoder, TokenBatch batch) {
        try (PointerScope scope = new PointerScope()) {
            Attention attention = new SegmentAttention(decoder.architecture(), batch.segments(), batch.length());
            Tensor embedded = decoder.embed(batch.ids(), batch.positions());
            double[] flat = Tensors.toDoubles(decoder.logits(
                    decoder.maps(), decoder.trunk(decoder.maps(), embedded, decoder.rotations(batch), attention)));
            int vocabulary = decoder.architecture().vocabulary();
            return IntStream.range(0, batch.length())
                    .mapToObj(n -> Arrays.copyOfRange(flat, n * vocabulary, (n + 1) * vocabulary))
                    .toArray(double[][]::new);
        }
    }

    private static TokenSequence allTrained(int[] ids) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, 1, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private static double entropy(double[] logits) {
        double most = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(z -> Math.exp(z - most)).sum();
        return -Arrays.stream(logits)
                .map(z -> Math.exp(z - most) / sum * (z - most - Math.log(sum)))
                .sum();
    }

    private static int argmax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    private static double[] withLast(double[] values, double last) {
        double[] all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = last;
        return all;
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }
}
