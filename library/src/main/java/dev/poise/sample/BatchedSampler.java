package dev.poise.sample;

import dev.poise.model.Decoder;
import dev.poise.model.GrowingRows;
import dev.poise.sample.Sampler.Growth;
import dev.poise.torch.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Samples from a decoder in a batch that stays full: where a row is done, one that waits takes its place, and
/// only when none waits do rows leave.
record BatchedSampler(Decoder decoder, Set<Integer> stopIds, int batch, Decoding decoding) {

    void sample(List<int[]> prompts, BiConsumer<Integer, Sample> done) {
        int context = decoder.architecture().context();
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        List<Growth> all = IntStream.range(0, prompts.size())
                .mapToObj(i -> new Growth(
                        Math.min(context - prompts.get(i).length, decoding.maxNewTokens()),
                        Sampler.stream(decoding, i)))
                .toList();
        int first = Math.min(batch, prompts.size());
        Deque<Integer> waiting =
                new ArrayDeque<>(IntStream.range(first, prompts.size()).boxed().toList());
        List<Integer> growing =
                new ArrayList<>(IntStream.range(0, first).boxed().toList());
        int told = 0;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                GrowingRows rows = new GrowingRows(
                        decoder, prompts.subList(0, first), Math.min(context, longest + decoding.maxNewTokens()))) {
            while (true) {
                Draw draw = draw(rows.logits(), growing.stream().map(all::get).toList());
                for (int i = 0; i < growing.size(); i++) {
                    all.get(growing.get(i)).add(draw.tokens()[i], draw.logProbs()[i], stopIds);
                }
                while (told < all.size() && all.get(told).done()) {
                    done.accept(told, all.get(told).toSample());
                    told++;
                }
                if (told == all.size()) {
                    return;
                }
                grow(rows, growing, waiting, all, prompts);
            }
        }
    }

    /// Runs the tokens that rows drew last, and lets rows that wait enter for those that are done.
    private static void grow(
            GrowingRows rows, List<Integer> growing, Deque<Integer> waiting, List<Growth> all, List<int[]> prompts) {
        long done = doneUpTo(growing.size() - 1, growing, all);
        if (done > waiting.size()) {
            // Done rows beyond those that wait leave.
            int[] kept = IntStream.range(0, growing.size())
                    .filter(i -> !all.get(growing.get(i)).done() || doneUpTo(i, growing, all) <= waiting.size())
                    .toArray();
            rows.keep(kept);
            List<Integer> stay = Arrays.stream(kept).mapToObj(growing::get).toList();
            growing.clear();
            growing.addAll(stay);
        }
        int[] places = IntStream.range(0, growing.size())
                .filter(i -> all.get(growing.get(i)).done())
                .toArray();
        if (places.length < growing.size()) {
            rows.append(growing.stream().mapToInt(i -> all.get(i).last()).toArray(), places);
        }
        if (places.length > 0) {
            for (int place : places) {
                growing.set(place, waiting.remove());
            }
            rows.enter(
                    places,
                    Arrays.stream(places)
                            .mapToObj(i -> prompts.get(growing.get(i)))
                            .toList());
        }
    }

    private static long doneUpTo(int place, List<Integer> growing, List<Growth> all) {
        return growing.subList(0, place + 1).stream()
                .filter(i -> all.get(i).done())
                .count();
    }

    private record Draw(int[] tokens, double[] logProbs) {}

    private Draw draw(Tensor logits, List<Growth> rows) {
        try (PointerScope scope = new PointerScope()) {
            Tensor chosen = decoding.temperature() == 0
                    ? torch.argmax(logits, new LongOptional(1), true)
                    : random(logits, rows);
            Tensor logProbs = logits.gather(1, chosen).sub(torch.logsumexp(logits, new long[] {1}, true));
            double[] values = Tensors.toDoubles(logProbs);
            if (Arrays.stream(values).anyMatch(Double::isNaN)) {
                throw new IllegalStateException("the model's logits must be finite, got NaN or infinities");
            }
            return new Draw(Tensors.toInts(chosen), values);
        }
    }

    /// One token a row by inverting the cumulative distribution.
    private Tensor random(Tensor logits, List<Growth> rows) {
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
                rows.stream().mapToDouble(row -> 1 - row.random().nextDouble()).toArray();
        Tensor asked = Tensors.of(draws, weights.scalar_type()).unsqueeze(1).mul(total);
        return torch.searchsorted(cumulative, asked).clamp_max_(new Scalar(cumulative.size(1) - 1));
    }
}
