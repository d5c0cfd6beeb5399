package dev.poise.gradient;

import dev.poise.model.Pass;
import dev.poise.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// Inner products of the gradients of single tokens' log-probabilities by the output matrix W.
///
/// As logits are W h, the gradient of log p(y_k) by W is (e_{y_k} − p_k) h_kᵀ, and so
///
/// ```
/// ⟨∇_W log p(y_k), ∇_W log p(y_j)⟩ = ⟨e_{y_k} − p_k, e_{y_j} − p_j⟩ ⟨h_k, h_j⟩
/// ```
///
/// an exact identity that needs no `[V, D]` gradient. Where W is the embedding too, what W does as the embedding is
/// left out. Source: our derivation; the first brackets are the coefficients of Razin et al. 2024, in [−2, 2], which
/// CHES sets to 1.
///
/// @param values `[R][R]`, chosen tokens first, symmetric
/// @param good |y⁺|: how many rows belong to the chosen answer
record UnembeddingKernel(double[][] values, int good) {

    /// Entries of one chunk of residuals: 64 MiB in float32.
    private static final long CHUNK_ENTRIES = 1L << 24;

    /// The kernel of one pair.
    ///
    /// @param vocabulary V
    static UnembeddingKernel of(Pass pass, int vocabulary) {
        return ofChunks(pass, (int) Math.max(1, CHUNK_ENTRIES / vocabulary));
    }

    /// The same with chunks of a given size.
    ///
    /// @param chunk rows of residuals that exist together, twice
    static UnembeddingKernel ofChunks(Pass pass, int chunk) {
        int rows = pass.batch().targets().length;
        double[][] values = new double[rows][rows];
        for (int from = 0; from < rows; from += chunk) {
            int count = Math.min(chunk, rows - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor residual = residual(pass, from, count);
                for (int other = from; other < rows; other += chunk) {
                    int others = Math.min(chunk, rows - other);
                    Tensor otherResidual = other == from ? residual : residual(pass, other, others);
                    Tensor block = residual.matmul(otherResidual.t())
                            .mul_(pass.hidden()
                                    .narrow(0, from, count)
                                    .matmul(pass.hidden()
                                            .narrow(0, other, others)
                                            .t()));
                    fill(values, from, other, count, others, Tensors.toDoubles(block));
                }
            }
        }
        return new UnembeddingKernel(values, pass.batch().offsets()[1]);
    }

    /// e_y − p, `[count, V]`.
    private static Tensor residual(Pass pass, int from, int count) {
        Tensor logits = pass.logits(from, count);
        Tensor residual = Tensors.softmax(logits, logits.scalar_type()).neg_();
        int[] targets = new int[count];
        System.arraycopy(pass.batch().targets(), from, targets, 0, count);
        Tensor asked = Tensors.indices(targets).unsqueeze(1);
        return residual.scatter_add_(1, asked, residual.new_ones(new long[] {count, 1}));
    }

    private static void fill(double[][] values, int from, int other, int count, int others, double[] block) {
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < others; j++) {
                values[from + i][other + j] = block[i * others + j];
                values[other + j][from + i] = block[i * others + j];
            }
        }
    }

    /// The inner products of the answers' sums.
    InnerProducts products() {
        double goodGood = 0;
        double goodBad = 0;
        double badBad = 0;
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values.length; j++) {
                if (i < good && j < good) {
                    goodGood += values[i][j];
                } else if (i < good) {
                    goodBad += values[i][j];
                } else if (j >= good) {
                    badBad += values[i][j];
                }
            }
        }
        return new InnerProducts(goodGood, goodBad, badBad);
    }

    /// The first-order change of every token's log-probability by one step of gradient descent on W, `[R]`.
    ///
    /// @param byToken ∂L/∂log p of every token, `[R]`
    /// @param learningRate η
    double[] forecast(double[] byToken, double learningRate) {
        double[] changes = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values.length; j++) {
                changes[i] -= learningRate * byToken[j] * values[i][j];
            }
        }
        return changes;
    }

    /// The same summed over each answer.
    Change change(double[] byToken, double learningRate) {
        double[] changes = forecast(byToken, learningRate);
        return new Change(
                Arrays.stream(changes, 0, good).sum(),
                Arrays.stream(changes, good, changes.length).sum());
    }
}
