package dev.poise.model;

import dev.poise.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The output head: logits = W h, what is read from them, and its gradient in closed form.
///
/// Rows are worked off in chunks, so that the `[tokens, vocabulary]` matrix never exists whole, and no graph is built
/// over the vocabulary: with c = ∂L/∂log p(y), softmax gives ∂L/∂logits = c (e_y − p). Log-softmax and everything
/// read from it are computed in the type of sums.
public final class Head {

    /// Entries of one chunk of logits: 64 MiB in float32.
    private static final long CHUNK_ENTRIES = 1L << 24;

    private final Tensor weight; // [V, D] type of products
    private final Tensor gradient; // [V, D] type of sums; empty where frozen
    private final ScalarType sums;
    private final int chunk; // rows

    Head(Tensor weight, Tensor gradient, ScalarType sums) {
        this(weight, gradient, sums, (int) Math.max(1, CHUNK_ENTRIES / weight.size(0)));
    }

    /// @param chunk rows worked off together, at least 1
    Head(Tensor weight, Tensor gradient, ScalarType sums, int chunk) {
        this.weight = weight;
        this.gradient = gradient;
        this.sums = sums;
        this.chunk = chunk;
    }

    /// Logits, `[R, V]`, in the type of sums.
    Tensor logits(Tensor hidden) {
        return torch.linear(hidden.to(weight.scalar_type()), weight).to(sums);
    }

    /// Reads every row's statistics without recording gradients.
    ///
    /// @param hidden normed hidden states, `[R, D]`
    /// @param targets the token each row is asked for, `[R]`
    TokenStatistics measure(Tensor hidden, int[] targets) {
        int rows = targets.length;
        TokenStatistics statistics = TokenStatistics.ofSize(rows);
        for (int from = 0; from < rows; from += chunk) {
            int count = Math.min(chunk, rows - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor logits = logits(hidden.narrow(0, from, count));
                Tensor asked = targets(targets, from, count);
                Tensor logProbs = torch.log_softmax(logits, 1);
                Tensor entropy = logProbs.exp().mul_(logProbs).sum(1).neg_();
                Tensor best = torch.argmax(logits, new LongOptional(1), false);
                statistics.fill(
                        from,
                        Tensors.toDoubles(logProbs.gather(1, asked)),
                        Tensors.toDoubles(entropy),
                        Tensors.toDoubles(logits.mean(1)),
                        Tensors.toInts(best));
            }
        }
        return statistics;
    }

    /// Adds the head's own gradient to its buffer and returns the one by the hidden states, `[R, D]`.
    ///
    /// @param hidden what [#measure] was given
    /// @param targets what [#measure] was given
    /// @param byLogProb c = ∂L/∂log p(y) of every row
    Tensor backward(Tensor hidden, int[] targets, double[] byLogProb) {
        int rows = targets.length;
        Tensor byHidden = torch.empty_like(hidden.detach());
        for (int from = 0; from < rows; from += chunk) {
            int count = Math.min(chunk, rows - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor h = hidden.narrow(0, from, count);
                Tensor c = Tensors.of(Arrays.copyOfRange(byLogProb, from, from + count), sums)
                        .unsqueeze(1);
                Tensor byLogits = Tensors.softmax(logits(h), sums).mul_(c.neg());
                byLogits.scatter_add_(1, targets(targets, from, count), c);
                Tensor product = byLogits.to(weight.scalar_type());
                byHidden.narrow(0, from, count).copy_(product.matmul(weight));
                gradient.add_(product.t().matmul(h.to(weight.scalar_type())));
            }
        }
        return byHidden;
    }

    private static Tensor targets(int[] targets, int from, int count) {
        return Tensors.indices(Arrays.copyOfRange(targets, from, from + count)).unsqueeze(1);
    }
}
