package dev.poise.model;

import dev.poise.model.Architecture.Caps;
import dev.poise.torch.Owned;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The output head: logits = W h, what is read from them, and its gradient in closed form.
///
/// No graph is built over the vocabulary: with c = ∂L/∂log p(y), softmax gives ∂L/∂logits = c (e_y − p), so that
///
/// ```
/// ∂L/∂h = c (W_y − Wᵀp)        ∂L/∂W = Σ (e_y − p) (c h)ᵀ
/// ```
///
/// and c scales rows of width D, never of width V. Logits with a soft cap C, z = C tanh(W h / C), are another factor
/// 1 − (z/C)² away from W h; then the gradient by the logits is formed whole, a chunk at a time. So it is where the
/// head has a [low-rank part][HeadUpdate], whose gradients ask for it; W is frozen then, and has none.
///
/// Rows are worked off in chunks, in one scratch buffer that
/// lasts: fresh memory of this size costs more in page faults than the operations on it. The probabilities of the
/// last reading stay there for the way back, as far as the buffer's largest size allows, and are computed again
/// beyond it, so that memory does not grow with the batch. The buffer is in the type of products: log-softmax and
/// everything read from it are computed in the type of sums, a stretch of rows at a time.
public final class Head implements Readout {

    /// How many of the most likely tokens the top-k statistics cover, as in arXiv 2410.11677.
    public static final int TOP = 10;

    /// Bytes of one chunk of logits.
    private static final long CHUNK_BYTES = 64L << 20;

    /// Bytes of probabilities kept for the way back.
    private static final long KEPT_BYTES = 128L << 20;

    /// Entries worked on at a time: 4 MiB in float32 stay in a cache while six operations pass over them.
    private static final long STRETCH_ENTRIES = 1L << 20;

    private final Tensor weight; // [V, D] type of products
    private final Tensor gradient; // [V, D] type of sums; empty where frozen
    private final @Nullable HeadUpdate update;
    private final Precision precision;
    private final double cap; // infinite where there is none
    private final int chunk; // rows
    private final int keep; // rows
    private final Owned owned = new Owned();
    private Tensor scratch; // entries of the kept rows, then of one chunk, in the type of products
    private long readings; // the newest one's probabilities lie in the scratch buffer

    /// @param update the low-rank part; null where the head is not adapted
    /// @param cap soft bound of the logits; infinite where there is none
    Head(Tensor weight, Tensor gradient, @Nullable HeadUpdate update, Precision precision, double cap) {
        this(weight, gradient, update, precision, cap, rows(CHUNK_BYTES / weight.element_size(), weight), (int)
                (KEPT_BYTES / weight.element_size() / weight.size(0)));
    }

    /// @param update the low-rank part; null where the head is not adapted
    /// @param cap soft bound of the logits; infinite where there is none
    /// @param chunk rows worked off together, at least 1
    /// @param keep rows whose probabilities are kept for the way back
    Head(
            Tensor weight,
            Tensor gradient,
            @Nullable HeadUpdate update,
            Precision precision,
            double cap,
            int chunk,
            int keep) {
        this.cap = cap;
        this.update = update;
        this.weight = weight;
        this.gradient = gradient;
        this.precision = precision;
        this.chunk = chunk;
        this.keep = Caps.bounds(cap) || update != null ? 0 : keep - keep % chunk;
        this.scratch = owned.keep(Tensors.empty(precision.products(), 0));
    }

    private static int rows(long entries, Tensor weight) {
        return (int) Math.max(1, entries / weight.size(0));
    }

    /// What was read of some rows, and what the way back needs of it.
    ///
    /// @param hidden normed hidden states, `[R, D]`, without a graph
    /// @param targets the token each row is asked for, `[R]`
    /// @param statistics of every row
    /// @param number of this reading: the scratch buffer holds the probabilities of the newest one
    record Reading(Tensor hidden, int[] targets, TokenStatistics statistics, long number) {}

    /// Reads every row's statistics.
    ///
    /// @param hidden normed hidden states, `[R, D]`
    /// @param targets the token each row is asked for, `[R]`
    TokenStatistics measure(Tensor hidden, int[] targets) {
        return measure(hidden, targets, false);
    }

    /// Reads every row's statistics.
    ///
    /// @param collisions whether collision probabilities are read too
    TokenStatistics measure(Tensor hidden, int[] targets, boolean collisions) {
        return read(hidden, targets, collisions, TOP, 0).statistics();
    }

    /// Reads every row's statistics, the top-k ones of another k than [#TOP].
    ///
    /// @param top k, at least 1; the whole vocabulary where it is smaller
    TokenStatistics measure(Tensor hidden, int[] targets, int top) {
        return read(hidden, targets, false, top, 0).statistics();
    }

    /// Reads every row's statistics, so that [#backward] can follow.
    ///
    /// @param collisions whether collision probabilities are read too
    Reading read(Tensor hidden, int[] targets, boolean collisions) {
        return read(hidden, targets, collisions, TOP, keep);
    }

    private Reading read(Tensor hidden, int[] targets, boolean collisions, int top, int kept) {
        reserve(targets.length, kept);
        TokenStatistics statistics = TokenStatistics.ofSize(targets.length, collisions);
        Reading reading = new Reading(hidden.detach(), targets, statistics, readings);
        for (int from = 0; from < targets.length; from += chunk) {
            int start = from;
            int count = Math.min(chunk, targets.length - from);
            Torch.withoutGradients(() -> read(reading, start, count, top, kept));
        }
        return reading;
    }

    /// Makes the scratch buffer large enough for another reading, whose probabilities will replace what it holds.
    private void reserve(int rows, int kept) {
        long needed = Math.min(rows, (long) kept + chunk) * weight.size(0);
        readings++;
        if (scratch.numel() < needed) {
            owned.close();
            scratch = owned.keep(Tensors.empty(precision.products(), needed));
        }
    }

    /// Where a chunk's logits go, `[count, V]`: to a place of their own as long as there is one.
    private Tensor place(int from, int count, int kept) {
        long start = Math.min(from, kept) * weight.size(0);
        return scratch.narrow(0, start, count * weight.size(0)).view(count, weight.size(0));
    }

    /// W h of some rows, in their place in the scratch buffer.
    private Tensor products(Reading reading, int from, int count, int kept) {
        Tensor place = place(from, count, kept);
        return torch.mm_out(place, operand(reading, from, count), weight.t());
    }

    /// Logits of some rows in the type of sums; in the products' own place where they are of this type.
    private Tensor logits(Tensor products, Reading reading, int from, int count) {
        Tensor logits = products.to(precision.sums());
        if (update != null) {
            update.addTo(logits, operand(reading, from, count));
        }
        if (Caps.bounds(cap)) {
            logits.div_(Tensors.scalar(cap)).tanh_().mul_(Tensors.scalar(cap));
        }
        return logits;
    }

    private Tensor operand(Reading reading, int from, int count) {
        return precision.operand(reading.hidden().narrow(0, from, count));
    }

    /// Fills the statistics of some rows and leaves the probabilities of those that are kept in the scratch buffer.
    private void read(Reading reading, int from, int count, int top, int kept) {
        Tensor products = products(reading, from, count, kept);
        boolean collisions = reading.statistics().logCollisions().length > 0;
        int stretch = rows(STRETCH_ENTRIES, weight);
        for (int row = 0; row < count; row += stretch) {
            try (PointerScope scope = new PointerScope()) {
                int first = from + row;
                int some = Math.min(stretch, count - row);
                Tensor part = products.narrow(0, row, some);
                Tensor logits = logits(part, reading, first, some);
                Tensor probs = torch.softmax(logits, 1);
                Tensor asked = targets(reading.targets(), first, some);
                reading.statistics().fill(first, statistics(logits, probs, asked, collisions, top));
                if (first < kept) {
                    part.copy_(probs);
                }
            }
        }
    }

    /// Statistics of a stretch of logits, which become those less their largest.
    private static TokenStatistics statistics(Tensor logits, Tensor probs, Tensor asked, boolean collisions, int k) {
        Tensor mean = logits.mean(1);
        T_TensorTensor_T top = torch.topk(logits, Math.min(k, logits.size(1)), 1, true, true);
        Tensor largest = top.get0().narrow(1, 0, 1);
        // Less the largest, so that neither exponentials overflow nor differences cancel.
        logits.sub_(largest);
        Tensor logSum = probs.gather(1, top.get1().narrow(1, 0, 1)).log_().neg_();
        Tensor logProbs = logits.gather(1, asked).sub_(logSum);
        Tensor entropies = logSum.squeeze(1).sub(torch.linalg_vecdot(probs, logits));
        double[] topProbs = Tensors.toDoubles(probs.gather(1, top.get1()));
        double[] logCollisions =
                collisions ? Tensors.toDoubles(torch.linalg_vecdot(probs, probs).log_()) : new double[0];
        return TokenStatistics.of(
                Tensors.toDoubles(logProbs),
                Tensors.toDoubles(entropies),
                Tensors.toDoubles(mean),
                Tensors.toInts(top.get1().narrow(1, 0, 1)),
                topProbs,
                logCollisions);
    }

    /// Adds the head's own gradient to its buffer and returns the one by the hidden states, `[R, D]`.
    ///
    /// @param byLogProb c = ∂L/∂log p(y) of every row
    Tensor backward(Reading reading, double[] byLogProb) {
        if (Caps.bounds(cap) || update != null) {
            return backward(reading, (probs, from, count) -> {
                Tensor c = column(byLogProb, from, count);
                probs.mul_(c.neg()).scatter_add_(1, targets(reading.targets(), from, count), c);
            });
        }
        int rows = reading.targets().length;
        Tensor byHidden = torch.empty_like(reading.hidden());
        boolean kept = reading.number() == readings;
        if (!kept) {
            reserve(rows, 0);
        }
        for (int from = 0; from < rows; from += chunk) {
            int count = Math.min(chunk, rows - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor probs = precision.operand(
                        kept && from < keep
                                ? place(from, count, keep)
                                : torch.softmax(products(reading, from, count, kept ? keep : 0), 1));
                Tensor c = column(byLogProb, from, count);
                Tensor asked = targets(reading.targets(), from, count).squeeze(1);
                Tensor scaled = reading.hidden().narrow(0, from, count).mul(c);
                Tensor wanted = weight.index_select(0, asked).to(precision.sums());
                byHidden.narrow(0, from, count)
                        .copy_(wanted.sub_(probs.matmul(weight)).mul_(c));
                if (gradient.numel() > 0) {
                    accumulate(probs, precision.operand(scaled), -1);
                    gradient.index_add_(0, asked, scaled);
                }
            }
        }
        return byHidden;
    }

    /// As [#backward(Reading, double\[\])] of a loss that also depends on the top-k statistics, k = [#TOP]. With p the
    /// probabilities, M the mass of the k largest, q = p/M among them and H their entropy in bits, the k largest
    /// held fixed as a set:
    ///
    /// ```
    /// ∂H/∂sᵢ = −qᵢ (log₂ qᵢ + H)          i among the k largest, 0 elsewhere
    /// ∂M/∂sᵢ = pᵢ (1 − M)                 i among the k largest, −pᵢ M elsewhere
    /// ```
    ///
    /// The ln 2 of the logarithm's own derivative cancels, since Σ ∂q = 0. Our derivation, held against autograd.
    ///
    /// @param byLogProb c = ∂L/∂log p(y) of every row
    /// @param byTopEntropy ∂L/∂H of every row
    /// @param byTopMass ∂L/∂M of every row
    Tensor backward(Reading reading, double[] byLogProb, double[] byTopEntropy, double[] byTopMass) {
        return backward(reading, (byLogits, from, count) -> {
            Tensor c = column(byLogProb, from, count);
            Tensor byMass = column(byTopMass, from, count);
            T_TensorTensor_T top = torch.topk(byLogits, Math.min(TOP, byLogits.size(1)), 1, true, true);
            Tensor probs = top.get0();
            Tensor mass = probs.sum(new long[] {1}, true, new ScalarTypeOptional());
            Tensor share = probs.div(mass);
            Tensor bits = torch.xlogy(share, share).div_(Tensors.scalar(Math.log(2)));
            Tensor entropy =
                    bits.sum(new long[] {1}, true, new ScalarTypeOptional()).neg_();
            Tensor byShare = bits.add_(share.mul(entropy)).neg_(); // ∂H/∂s
            byLogits.mul_(c.add(byMass.mul(mass)).neg_());
            byLogits.scatter_add_(1, targets(reading.targets(), from, count), c);
            byLogits.scatter_add_(
                    1,
                    top.get1(),
                    byShare.mul_(column(byTopEntropy, from, count)).add_(probs.mul(byMass)));
        });
    }

    /// Turns the probabilities of some rows, `[count, V]`, into the gradient by their logits, in place.
    private interface ByLogits {
        void replace(Tensor probs, int from, int count);
    }

    private Tensor backward(Reading reading, ByLogits gradientByLogits) {
        int rows = reading.targets().length;
        Tensor byHidden = torch.empty_like(reading.hidden());
        reserve(rows, 0);
        for (int from = 0; from < rows; from += chunk) {
            int count = Math.min(chunk, rows - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor logits = logits(products(reading, from, count, 0), reading, from, count);
                Tensor byLogits = Tensors.softmax(logits, precision.sums());
                gradientByLogits.replace(byLogits, from, count);
                if (Caps.bounds(cap)) {
                    Tensor slope =
                            logits.div_(Tensors.scalar(cap)).square_().neg_().add_(Tensors.scalar(1));
                    byLogits.mul_(slope);
                }
                Tensor operand = precision.operand(byLogits);
                Tensor ofRows = byHidden.narrow(0, from, count);
                ofRows.copy_(operand.matmul(weight));
                Tensor hidden = operand(reading, from, count);
                if (update != null) {
                    update.backward(operand, hidden, ofRows);
                }
                if (gradient.numel() > 0) {
                    accumulate(operand, hidden, 1);
                }
            }
        }
        return byHidden;
    }

    private Tensor column(double[] values, int from, int count) {
        return Tensors.of(Arrays.copyOfRange(values, from, from + count), precision.sums())
                .unsqueeze(1);
    }

    /// Adds a multiple of xᵀ h to the gradient: in one operation where the product is of the gradient's type, else by
    /// stretches of the vocabulary, whose products stay in a cache until they are added.
    private void accumulate(Tensor x, Tensor hidden, double factor) {
        if (precision.products() == precision.sums()) {
            gradient.addmm_(x.t(), hidden, Tensors.scalar(1), Tensors.scalar(factor));
            return;
        }
        long stretch = Math.max(1, STRETCH_ENTRIES / weight.size(1));
        for (long from = 0; from < weight.size(0); from += stretch) {
            try (PointerScope scope = new PointerScope()) {
                long some = Math.min(stretch, weight.size(0) - from);
                Tensor product = x.narrow(1, from, some).t().matmul(hidden);
                gradient.narrow(0, from, some).add_(product, Tensors.scalar(factor));
            }
        }
    }

    private static Tensor targets(int[] targets, int from, int count) {
        return Tensors.indices(Arrays.copyOfRange(targets, from, from + count)).unsqueeze(1);
    }

    @Override
    public void close() {
        owned.close();
    }
}
