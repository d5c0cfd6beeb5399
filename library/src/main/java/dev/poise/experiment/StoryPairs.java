package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.model.Decoder;
import dev.poise.oracle.Reward;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// On-policy preference pairs of stories: a decoder begins stories, goes on with each several times, and a known
/// reward says which continuations are best and worst.
///
/// All in the decoder's own tokens: what it sampled is what it is trained on, and a continuation that was cut does
/// not teach it to stop.
final class StoryPairs {

    private static final int PROMPT_TOKENS = 12;
    private static final int STORY_TOKENS = 96;
    private static final int BATCH = 64;
    private static final Path SAMPLED = Path.of("sampled");

    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final Reward reward;

    StoryPairs(Decoder decoder, Tokenizer tokenizer, Reward reward) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.reward = reward;
    }

    /// Different beginnings of stories, 12 tokens each behind what the tokenizer opens a text with.
    List<int[]> prompts(int count, long seed) {
        int[] opening = new SequenceTokenizer(tokenizer).encode("");
        Set<List<Integer>> distinct = new LinkedHashSet<>();
        for (int round = 0; distinct.size() < count; round++) {
            Decoding decoding = Decoding.random(PROMPT_TOKENS, seed + 1_000_003L * round);
            for (Sample sample : sampler().sample(Collections.nCopies(count, opening), decoding)) {
                if (!sample.ended() && distinct.size() < count) {
                    List<Integer> prompt = new ArrayList<>();
                    Arrays.stream(opening).forEach(prompt::add);
                    Arrays.stream(sample.tokens()).forEach(prompt::add);
                    distinct.add(prompt);
                }
            }
        }
        return distinct.stream()
                .map(prompt -> prompt.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    /// A pair of the best and the worst of several continuations of each prompt, where they differ in reward.
    List<Encoded> pairs(List<int[]> prompts, int each, long seed) {
        List<List<TextSample>> continuations =
                texts().sample(prompts, each, Decoding.random(STORY_TOKENS - PROMPT_TOKENS, seed), count -> {});
        List<Encoded> pairs = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            TextSample best = continuations.get(i).getFirst();
            TextSample worst = best;
            for (TextSample sample : continuations.get(i)) {
                best = score(sample) > score(best) ? sample : best;
                worst = score(sample) < score(worst) ? sample : worst;
            }
            if (score(best) > score(worst)) {
                pairs.add(new Encoded.Pair(
                        new Source(SAMPLED, i + 1L), sequence(prompts.get(i), best), sequence(prompts.get(i), worst)));
            }
        }
        return pairs;
    }

    /// Rewards of one continuation of each prompt.
    double[] rewards(List<int[]> prompts, Decoding decoding) {
        double[] rewards = new double[prompts.size()];
        texts().sample(prompts, decoding, (index, sample) -> rewards[index] = score(sample));
        return rewards;
    }

    /// How a continuation is drawn that is to be judged: as in the numeric check that the paper's claims were put to.
    static Decoding judged(long seed) {
        return new Decoding(0.7, 0, 0.9, STORY_TOKENS - PROMPT_TOKENS, seed);
    }

    private double score(TextSample sample) {
        return reward.score("", sample.text());
    }

    /// One continuation of each prompt.
    List<TextSample> continued(List<int[]> prompts, Decoding decoding) {
        TextSample[] samples = new TextSample[prompts.size()];
        texts().sample(prompts, decoding, (index, sample) -> samples[index] = sample);
        return List.of(samples);
    }

    /// A prompt with its continuation, which is what is trained on.
    static TokenSequence sequence(int[] prompt, TextSample continuation) {
        int[] tokens = continuation.sample().tokens();
        int[] ids = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, ids, prompt.length, tokens.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    private Sampler sampler() {
        return new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH);
    }

    private TextSampler texts() {
        return new TextSampler(sampler(), tokenizer);
    }
}
