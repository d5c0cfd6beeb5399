package dev.poise.sample;

import dev.poise.model.Decoder;
import dev.poise.model.SmallDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/// Samples completions from a decoder, with a key-value cache: of a small one every row by itself, in as many
/// threads as libtorch has; else in batches.
///
/// @param decoder the policy
/// @param stopIds tokens that end a completion
/// @param batch rows that run together
public record Sampler(Decoder decoder, Set<Integer> stopIds, int batch) {

    public Sampler {
        stopIds = Set.copyOf(stopIds);
        if (batch < 1) {
            throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        }
    }

    /// One completion a prompt, in the order of the prompts.
    ///
    /// A completion ends early where prompt and completion reach the model's context.
    ///
    /// @param prompts token ids, at least one each and fewer than the model's context
    public List<Sample> sample(List<int[]> prompts, Decoding decoding) {
        List<Sample> samples = new ArrayList<>();
        sample(prompts, decoding, (index, sample) -> samples.add(sample));
        return samples;
    }

    /// The same, handing out each completion as soon as it and those before it are done.
    ///
    /// @param done told the zero-based index of a prompt and its completion, in the order of the prompts
    public void sample(List<int[]> prompts, Decoding decoding, BiConsumer<Integer, Sample> done) {
        if (prompts.isEmpty()) {
            return;
        }
        if (SmallDecoder.fits(decoder)) {
            new SmallSampler(SmallDecoder.of(decoder), stopIds, batch, decoding).sample(prompts, done);
            return;
        }
        new BatchedSampler(decoder, stopIds, batch, decoding).sample(prompts, done);
    }

    /// The stream of draws of the prompt with an index.
    static SplittableRandom stream(Decoding decoding, int index) {
        return new SplittableRandom(mix(mix(decoding.seed()) + index + 1));
    }

    /// Scatters neighbouring numbers: without it, the streams of neighbouring rows would be one stream, shifted.
    ///
    /// Source: Stafford's variant 13 of MurmurHash3's finaliser, as in Steele, Lea and Flood 2014.
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /// A completion on its way.
    static final class Growth {
        private final int room;
        private final SplittableRandom random;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<Double> logProbs = new ArrayList<>();
        private boolean ended;
        private boolean done;

        Growth(int room, SplittableRandom random) {
            this.room = room;
            this.random = random;
        }

        void add(int token, double logProb, Set<Integer> stopIds) {
            tokens.add(token);
            logProbs.add(logProb);
            ended = stopIds.contains(token);
            done = ended || tokens.size() >= room;
        }

        boolean done() {
            return done;
        }

        SplittableRandom random() {
            return random;
        }

        int last() {
            return tokens.getLast();
        }

        Sample toSample() {
            return new Sample(
                    tokens.stream().mapToInt(Integer::intValue).toArray(),
                    logProbs.stream().mapToDouble(Double::doubleValue).toArray(),
                    ended);
        }
    }
}
