package dev.poise.model;

import dev.poise.torch.Owned;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// One block of the decoder: attention and feed-forward part, each added to the residual stream, in one of four
/// [forms][Architecture.Form].
///
/// @param attentionNorm of what enters attention; null where the form has none
/// @param queryKeyValue to queries, keys and values at once
/// @param queryNorm of queries; null where the family has none
/// @param keyNorm of keys; null where the family has none
/// @param attentionOutput back to the residual stream
/// @param attentionOutputNorm of what leaves attention; null where the form has none
/// @param feedForwardNorm of what enters the feed-forward part; null where the form has none
/// @param up to the inner width; where gated, gate and up at once
/// @param down back to the residual stream
/// @param feedForwardOutputNorm of what leaves the feed-forward part; null where the form has none
record Block(
        @Nullable Normalisation attentionNorm,
        Linear queryKeyValue,
        @Nullable Normalisation queryNorm,
        @Nullable Normalisation keyNorm,
        Linear attentionOutput,
        @Nullable Normalisation attentionOutputNorm,
        @Nullable Normalisation feedForwardNorm,
        Linear up,
        Linear down,
        @Nullable Normalisation feedForwardOutputNorm) {

    /// Bytes of its matrices.
    long bytes() {
        return Stream.of(queryKeyValue, attentionOutput, up, down)
                .mapToLong(map -> map.weight().nbytes())
                .sum();
    }

    /// The same block for at most `rows` tokens, without gradients and with a second copy of its matrices.
    Block packed(int rows, Owned owner) {
        return new Block(
                attentionNorm,
                queryKeyValue.packed(rows, owner),
                queryNorm,
                keyNorm,
                attentionOutput.packed(rows, owner),
                attentionOutputNorm,
                feedForwardNorm,
                up.packed(rows, owner),
                down.packed(rows, owner),
                feedForwardOutputNorm);
    }

    /// The residual stream after this block, `[N, D]`.
    Tensor of(Tensor residual, int layer, Architecture architecture, @Nullable Rotation rotation, Attention attention) {
        Tensor attended = attend(normed(attentionNorm, residual), layer, architecture, rotation, attention);
        Tensor h = residual.add(normed(attentionOutputNorm, attentionOutput.of(attended)));
        boolean parallel = architecture.form() == Architecture.Form.PARALLEL;
        Tensor fed = feedForward(normed(feedForwardNorm, parallel ? residual : h), architecture);
        return h.add(normed(feedForwardOutputNorm, fed));
    }

    private static Tensor normed(@Nullable Normalisation norm, Tensor x) {
        return norm == null ? x : norm.of(x);
    }

    private Tensor attend(
            Tensor z, int layer, Architecture architecture, @Nullable Rotation rotation, Attention attention) {
        int heads = architecture.heads();
        int keyHeads = architecture.keyValueHeads();
        // Attention is of sums: libtorch has fast products of bfloat16 for linear maps, and none for this.
        Tensor all = queryKeyValue.of(z).to(z.scalar_type()); // [N, (H + 2K) W]
        Tensor byHead = byHead(all, architecture);
        Tensor value = byHead.narrow(1, heads + keyHeads, keyHeads);
        if (queryNorm == null && keyNorm == null && rotation != null) {
            // Queries and keys turn alike: one rotation for both.
            Tensor turned = rotation.of(byHead.narrow(1, 0, heads + keyHeads));
            return attention.attend(layer, turned.narrow(1, 0, heads), turned.narrow(1, heads, keyHeads), value);
        }
        Tensor query = byHead.narrow(1, 0, heads);
        Tensor key = byHead.narrow(1, heads, keyHeads);
        if (architecture.queryKeyNorm() == Architecture.QueryKeyNorm.WHOLE) {
            int queryWidth = architecture.queryWidth();
            query = byHead(normed(queryNorm, all.narrow(1, 0, queryWidth)), architecture);
            key = byHead(normed(keyNorm, all.narrow(1, queryWidth, architecture.keyWidth())), architecture);
        } else {
            query = normed(queryNorm, query);
            key = normed(keyNorm, key);
        }
        if (rotation != null) {
            query = rotation.of(query);
            key = rotation.of(key);
        }
        return attention.attend(layer, query, key, value);
    }

    /// `[N, heads, W]` of `[N, heads W]`.
    private static Tensor byHead(Tensor x, Architecture architecture) {
        return x.view(x.size(0), x.size(1) / architecture.headWidth(), architecture.headWidth());
    }

    private Tensor feedForward(Tensor z, Architecture architecture) {
        Tensor inner = up.of(z);
        if (!architecture.gated()) {
            return down.of(activate(inner, architecture.activation()));
        }
        int width = architecture.feedForward();
        Tensor gate = activate(inner.narrow(1, 0, width), architecture.activation());
        return down.of(gate.mul(inner.narrow(1, width, width)));
    }

    private static Tensor activate(Tensor x, Architecture.Activation activation) {
        return switch (activation) {
            case SILU -> torch.silu(x);
            case GELU -> torch.gelu(x);
            case GELU_TANH -> torch.gelu(x, "tanh");
            case RELU -> torch.relu(x);
        };
    }
}
