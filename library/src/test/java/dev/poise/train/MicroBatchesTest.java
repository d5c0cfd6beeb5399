package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.model.Decoder;
import dev.poise.model.Family;
import dev.poise.model.TinyDecoders;
import dev.poise.objective.Mle;
import dev.poise.objective.Need;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MicroBatchesTest {

    private static final int PROMPT = 12;

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @Test
    void neighboursBehindOnePromptStayNeighboursAndCountItOnce() {
        // Answers of 1, 5 and 3 tokens to the first prompt, 4 and 2 to the second: 12 + 9 and 12 + 6 tokens.
        List<Encoded.Single> rows =
                List.of(row(0, PROMPT, 1), row(0, PROMPT, 5), row(0, PROMPT, 3), row(1, PROMPT, 4), row(1, PROMPT, 2));
        assertThat(MicroBatches.of(rows, 39)).containsExactly(new int[] {0, 1, 2, 3, 4});
        assertThat(MicroBatches.of(rows, 38)).containsExactly(new int[] {0, 1, 2}, new int[] {3, 4});
        // What is over the budget is cut, and the rest pays for the prompt again.
        assertThat(MicroBatches.of(rows, 18)).containsExactly(new int[] {0, 1}, new int[] {3, 4}, new int[] {2});
        assertThat(length(rows)).isEqualTo(39);
    }

    @Test
    void othersAreRunByThemselvesLongestFirst() {
        List<Encoded.Single> apart = List.of(row(0, PROMPT, 1), row(1, PROMPT, 5), row(0, PROMPT, 3));
        assertThat(MicroBatches.of(apart, 100)).containsExactly(new int[] {1, 2, 0});
        assertThat(length(apart)).isEqualTo(13 + 17 + 15);
        // A beginning that almost all rows have in common, such as the first token, is not worth a segment.
        List<Encoded.Single> begun = List.of(row(0, 2, 1), row(0, 2, 5));
        assertThat(MicroBatches.of(begun, 100)).containsExactly(new int[] {1, 0});
        assertThat(length(begun)).isEqualTo(3 + 7);
        // The same tokens, but one answer begins earlier.
        List<Encoded.Single> shifted = List.of(row(0, PROMPT, 5), row(0, PROMPT - 1, 6));
        assertThat(length(shifted)).isEqualTo(34);
    }

    /// Four answers to each of three prompts say the same whether a prompt is run once or with every answer: every
    /// log-probability, and every parameter's gradient.
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 60, 1})
    void aPromptThatIsRunOnceChangesNothing(int budget) {
        List<Encoded.Single> together = IntStream.range(0, 12)
                .mapToObj(i -> row(i / 4, PROMPT, 1 + i % 5))
                .toList();
        // Every prompt's answers apart from each other: 0, 4, 8, 1, 5, 9, …
        int[] order = IntStream.range(0, 12).map(i -> i % 3 * 4 + i / 3).toArray();
        List<Encoded.Single> scattered =
                Arrays.stream(order).mapToObj(together::get).toList();
        assertThat(length(together)).isLessThan(length(scattered) - 2 * 3 * PROMPT);
        try (PointerScope scope = new PointerScope();
                Decoder policy = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT64, true)) {
            double[][][] near = Likelihoods.byToken(policy, together, budget, done -> {});
            double[][][] far = Likelihoods.byToken(policy, scattered, budget, done -> {});
            for (int i = 0; i < order.length; i++) {
                assertThat(far[i][0]).containsExactly(near[order[i]][0], within(1e-12));
            }
            assertThat(gradients(policy, together, budget))
                    .containsExactly(gradients(policy, scattered, budget), within(1e-12));
        }
    }

    private static double[] gradients(Decoder policy, List<Encoded.Single> rows, int budget) {
        AdamW.Settings adam = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
        try (Tuner tuner = new Tuner(policy, new Mle(), new Tuner.Settings(adam, 0, budget))) {
            tuner.step(rows.stream().map(TrainingRow::of).toList(), 0);
            return Tensors.toDoubles(policy.parameters().gradients());
        }
    }

    @Test
    void everyRowIsInOneMicroBatchWithinTheBudgetUnlessItIsAlone() {
        SplittableRandom random = new SplittableRandom(7);
        for (int draw = 0; draw < 200; draw++) {
            List<Encoded.Single> rows = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(30); i++) {
                rows.add(row(random.nextInt(3), 6 + random.nextInt(2) * 6, 1 + random.nextInt(9)));
            }
            int budget = 1 + random.nextInt(80);
            List<int[]> batches = MicroBatches.of(rows, budget);
            assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                    .containsExactly(IntStream.range(0, rows.size()).toArray());
            for (int[] batch : batches) {
                List<Encoded.Single> some =
                        Arrays.stream(batch).mapToObj(rows::get).toList();
                assertThat(batch.length == 1 || length(some) <= budget)
                        .as("%d rows, %d tokens, budget %d", batch.length, length(some), budget)
                        .isTrue();
            }
        }
    }

    private static int length(List<Encoded.Single> rows) {
        return Measured.layOut(rows.stream().map(TrainingRow::of).toList(), EnumSet.noneOf(Need.class))
                .length();
    }

    /// A prompt that its number tells from others from its second token on, and an answer that its length does.
    private static Encoded.Single row(int which, int prompt, int answer) {
        int[] ids = new int[prompt + answer];
        boolean[] trained = new boolean[ids.length];
        for (int t = 0; t < ids.length; t++) {
            trained[t] = t >= prompt;
            ids[t] = t == 0 ? 1 : t < prompt ? 2 + (5 * which + 3 * t) % 11 : 2 + (7 * answer + t) % 11;
        }
        return new Encoded.Single(new Source(Path.of("rows"), 1), new TokenSequence(ids, trained), null);
    }
}
