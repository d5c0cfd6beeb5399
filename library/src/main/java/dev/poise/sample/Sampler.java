package dev.poise.sample;

import dev.poise.model.Decoder;
import dev.poise.model.GrowingRows;
import dev.poise.model.SmallDecoder;
import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

    /// The same, handing out each completion as soon as its batch is done.
    ///
    /// @param done told the zero-based index of a prompt and its completion, in the order of the prompts
    public void sample(List<int[]> prompts, Decoding decoding, BiConsumer<Integer, Sample> done) {
        if (SmallDecoder.fits(decoder)) {
            new SmallSampler(SmallDecoder.of(decoder), stopIds, decoding).sample(prompts, done);
            return;
        }
        for (int from = 0; from < prompts.size(); from += batch) {
            List<int[]> chunk = prompts.subList(from, Math.min(from + batch, prompts.size()));
            List<Sample> together = sampleTogether(chunk, from, decoding);
            for (int i = 0; i < together.size(); i++) {
                done.accept(from + i, together.get(i));
            }
        }
    }

    private List<Sample> sampleTogether(List<int[]> prompts, int firstRow, Decoding decoding) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        int capacity = Math.min(decoder.architecture().context(), longest + decoding.maxNewTokens());
        List<Growth> all = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            int room = decoder.architecture().context() - prompts.get(i).length;
            all.add(new Growth(Math.min(room, decoding.maxNewTokens()), stream(decoding, firstRow + i)));
        }
        List<Growth> growing = new ArrayList<>(all);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                GrowingRows rows = new GrowingRows(decoder, prompts, capacity)) {
            while (true) {
                Draw draw = draw(rows.logits(), growing, decoding);
                for (int i = 0; i < growing.size(); i++) {
                    growing.get(i).add(draw.tokens()[i], draw.logProbs()[i], stopIds);
                }
                int[] open = open(growing);
                if (open.length == 0) {
                    break;
                }
                // The last token of a finished row need not run: it leaves first.
                if (open.length < growing.size()) {
                    rows.keep(open);
                    growing = new ArrayList<>(
                            Arrays.stream(open).mapToObj(growing::get).toList());
                }
                rows.append(growing.stream().mapToInt(Growth::last).toArray());
            }
        }
        return all.stream().map(Growth::toSample).toList();
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

    private static int[] open(List<Growth> growing) {
        return IntStream.range(0, growing.size())
                .filter(i -> !growing.get(i).done)
                .toArray();
    }

    private record Draw(int[] tokens, double[] logProbs) {}

    private static Draw draw(Tensor logits, List<Growth> rows, Decoding decoding) {
        try (PointerScope scope = new PointerScope()) {
            Tensor chosen = decoding.temperature() == 0
                    ? torch.argmax(logits, new LongOptional(1), true)
                    : random(logits, rows, decoding);
            Tensor logProbs = logits.gather(1, chosen).sub(torch.logsumexp(logits, new long[] {1}, true));
            double[] values = Tensors.toDoubles(logProbs);
            if (Arrays.stream(values).anyMatch(Double::isNaN)) {
                throw new IllegalStateException("the model's logits must be finite, got NaN or infinities");
            }
            return new Draw(Tensors.toInts(chosen), values);
        }
    }

    /// One token a row by inverting the cumulative distribution.
    private static Tensor random(Tensor logits, List<Growth> rows, Decoding decoding) {
        // Less the maximum first, or a tiny temperature would make infinities of it.
        Tensor scaled = logits.sub(logits.amax(new long[] {1}, true)).div(Tensors.scalar(decoding.temperature()));
        if (decoding.topK() == 0 && decoding.topP() == 1) {
            return invert(Tensors.softmax(scaled, logits.scalar_type()), rows);
        }
        long vocabulary = logits.size(1);
        long kept = decoding.topK() == 0 ? vocabulary : Math.min(decoding.topK(), vocabulary);
        T_TensorTensor_T sorted = torch.topk(scaled, kept, 1, true, true);
        Tensor probabilities = Tensors.softmax(sorted.get0(), logits.scalar_type());
        // A token stays when those more likely than it hold less than p.
        Tensor before = probabilities.cumsum(1).sub(probabilities);
        Tensor inside = before.lt(Tensors.scalar(decoding.topP()));
        return sorted.get1().gather(1, invert(probabilities.mul(inside), rows));
    }

    /// The first place where each row's cumulative weight reaches a uniform draw, `[B, 1]`.
    private static Tensor invert(Tensor weights, List<Growth> rows) {
        Tensor cumulative = weights.cumsum(1);
        Tensor total = cumulative.narrow(1, cumulative.size(1) - 1, 1);
        // Draws lie in (0, 1], so that a token of weight zero is never the first to reach one.
        double[] draws =
                rows.stream().mapToDouble(row -> 1 - row.random.nextDouble()).toArray();
        Tensor asked = Tensors.of(draws, weights.scalar_type()).unsqueeze(1).mul(total);
        return torch.searchsorted(cumulative, asked).clamp_max_(new Scalar(cumulative.size(1) - 1));
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
