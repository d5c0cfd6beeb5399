package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TokenBatchTest {

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Laying out is only a way to save work: drawn groups of every kind say what their sequences say alone.
    @ParameterizedTest
    @EnumSource(Family.class)
    void everySequenceSaysTheSameAsAlone(Family family) {
        try (Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, false)) {
            for (long seed = 1; seed <= 12; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                // The last is large enough for attention to split it into several groups of padded rows.
                int longest = seed == 12 ? 30 : 6;
                List<List<TokenSequence>> groups = groups(random, seed == 12 ? 60 : random.nextInt(1, 6), longest);
                TokenBatch batch = TokenBatch.of(groups);
                double[] together = decoder.measure(batch).logProbs();
                int sequence = 0;
                for (TokenSequence one : groups.stream().flatMap(List::stream).toList()) {
                    double[] own =
                            Arrays.copyOfRange(together, batch.offsets()[sequence], batch.offsets()[sequence + 1]);
                    assertThat(own)
                            .as("seed %d, sequence %d", seed, sequence)
                            .containsExactly(alone(decoder, one), within(1e-10));
                    sequence++;
                }
                assertThat(batch.sequences()).isEqualTo(sequence);
            }
        }
    }

    @Test
    void unsharedIsLaidOutAsEverySequenceByItself() {
        List<List<TokenSequence>> groups =
                List.of(groups(new SplittableRandom(3), 5, 6), groups(new SplittableRandom(4), 3, 9)).stream()
                        .flatMap(List::stream)
                        .toList();
        TokenBatch shared = TokenBatch.of(groups);
        TokenBatch unshared = shared.unshared();
        TokenBatch alone = TokenBatch.of(
                groups.stream().flatMap(List::stream).map(List::of).toList());
        assertThat(shared.length()).isLessThan(unshared.length());
        assertThat(unshared.ids()).containsExactly(alone.ids());
        assertThat(unshared.positions()).containsExactly(alone.positions());
        assertThat(unshared.segments()).isEqualTo(alone.segments());
        assertThat(unshared.readAt()).containsExactly(alone.readAt());
        assertThat(unshared.targets()).containsExactly(alone.targets());
        assertThat(unshared.offsets()).containsExactly(alone.offsets());
        assertThat(unshared.longest()).isEqualTo(shared.longest());
    }

    @Test
    void aPromptIsLaidOutOnceAndEverySequenceKeepsASegmentOfItsOwn() {
        TokenSequence first = sequence("..TT", 5, 6, 7, 8);
        TokenSequence same = sequence("..TT", 5, 6, 7, 8);
        TokenSequence shorter = sequence("..T", 5, 6, 9);
        TokenBatch batch = TokenBatch.of(List.of(List.of(first, same, shorter), List.of(sequence(".T", 5, 6))));
        assertThat(batch.ids()).containsExactly(5, 6, 7, 8, 7, 8, 9, 5, 6);
        assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 2, 3, 2, 0, 1);
        assertThat(batch.segments())
                .containsExactly(
                        new Segment(0, 2, 0, 0),
                        new Segment(2, 2, 0, 2),
                        new Segment(4, 2, 0, 2),
                        new Segment(6, 1, 0, 2),
                        new Segment(7, 2, 0, 0));
        assertThat(batch.readAt()).containsExactly(1, 2, 1, 4, 1, 7);
        assertThat(batch.targets()).containsExactly(7, 8, 7, 8, 9, 6);
        assertThat(batch.offsets()).containsExactly(0, 2, 4, 5, 6);
    }

    /// A trained token is never shared: its prediction belongs to one sequence, and so does its gradient.
    @Test
    void sharesNothingFromTheFirstTrainedTokenOn() {
        assertThat(TokenBatch.sharedPrefix(List.of(sequence(".T..T", 1, 2, 3, 4, 5), sequence("...TT", 1, 2, 3, 4, 5))))
                .isOne();
        assertThat(TokenBatch.sharedPrefix(List.of(sequence("...T", 1, 2, 3, 4), sequence("..T", 1, 2, 3))))
                .isEqualTo(2);
        assertThat(TokenBatch.sharedPrefix(List.of(sequence("..T", 1, 2, 3), sequence("..T", 4, 2, 3))))
                .isZero();
        assertThat(TokenBatch.sharedPrefix(List.of(sequence("..T", 1, 2, 3)))).isZero();
    }

    @Test
    void trap23_refusesABatchWithoutATrainedToken() {
        assertThatThrownBy(() -> TokenBatch.of(List.of(List.of(sequence("...", 1, 2, 3), sequence(".", 1)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a batch must hold at least one trained token, got none among 4 tokens");
        assertThat(TokenBatch.of(List.of(List.of(sequence("...", 1, 2, 3)), List.of(sequence(".T", 1, 2))))
                        .offsets())
                .containsExactly(0, 0, 1);
    }

    private static double[] alone(Decoder decoder, TokenSequence sequence) {
        return decoder.measure(TokenBatch.of(List.of(List.of(sequence)))).logProbs();
    }

    /// One to four sequences a group: completions of one prompt, some of one token, some equal, some without a
    /// common beginning, their trained tokens one stretch or scattered.
    private static List<List<TokenSequence>> groups(SplittableRandom random, int count, int longest) {
        List<List<TokenSequence>> groups = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            int[] prompt = tokens(random, random.nextInt(1, longest + 1));
            List<TokenSequence> group = new ArrayList<>();
            int size = random.nextInt(1, 5);
            for (int s = 0; s < size; s++) {
                int kind = random.nextInt(6);
                int[] beginning = kind == 0 ? tokens(random, prompt.length) : prompt;
                int[] completion = tokens(random, kind <= 1 ? 1 : random.nextInt(1, longest + 1));
                boolean repeat = kind == 2 && !group.isEmpty();
                group.add(repeat ? group.getLast() : sequence(random, beginning, completion, kind == 3));
            }
            groups.add(group);
        }
        return groups;
    }

    private static int[] tokens(SplittableRandom random, int count) {
        return random.ints(count, 0, TinyDecoders.VOCABULARY).toArray();
    }

    private static TokenSequence sequence(SplittableRandom random, int[] prompt, int[] completion, boolean scattered) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + completion.length);
        System.arraycopy(completion, 0, ids, prompt.length, completion.length);
        boolean[] trained = new boolean[ids.length];
        for (int t = 1; t < ids.length; t++) {
            trained[t] = scattered ? random.nextInt(3) == 0 : t >= prompt.length;
        }
        trained[ids.length - 1] = true;
        return new TokenSequence(ids, trained);
    }

    private static TokenSequence sequence(String mask, int... ids) {
        boolean[] trained = new boolean[ids.length];
        for (int t = 0; t < ids.length; t++) {
            trained[t] = mask.charAt(t) == 'T';
        }
        return new TokenSequence(ids, trained);
    }
}
