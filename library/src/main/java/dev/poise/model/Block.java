package dev.poise.model;

import dev.poise.torch.Owned;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// One block of the decoder: attention, then feed-forward, each normalised first and added to the residual stream.
///
/// @param attentionNorm before attention
/// @param queryKeyValue to queries, keys and values at once
/// @param queryNorm of each query head; null where the family has none
/// @param keyNorm of each key head; null where the family has none
/// @param attentionOutput back to the residual stream
/// @param feedForwardNorm before the feed-forward part
/// @param up to the inner width; where gated, gate and up at once
/// @param down back to the residual stream
record Block(
        Normalisation attentionNorm,
        Linear queryKeyValue,
        @Nullable Normalisation queryNorm,
        @Nullable Normalisation keyNorm,
        Linear attentionOutput,
        Normalisation feedForwardNorm,
        Linear up,
        Linear down) {

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
                feedForwardNorm,
                up.packed(rows, owner),
                down.packed(rows, owner));
    }

    /// The residual stream after this block, `[N, D]`.
    Tensor of(Tensor residual, int layer, Architecture architecture, @Nullable Rotation rotation, Attention attention) {
        Tensor attended = attend(attentionNorm.of(residual), layer, architecture, rotation, attention);
        Tensor h = residual.add(attentionOutput.of(attended));
        return h.add(feedForward(feedForwardNorm.of(h), architecture));
    }

    private Tensor attend(
            Tensor z, int layer, Architecture architecture, @Nullable Rotation rotation, Attention attention) {
        int heads = architecture.heads();
        int keyHeads = architecture.keyValueHeads();
        Tensor all = queryKeyValue.of(z); // [N, (H + 2K) W]
        Tensor byHead = all.view(all.size(0), heads + 2L * keyHeads, architecture.headWidth());
        Tensor value = byHead.narrow(1, heads + keyHeads, keyHeads);
        if (queryNorm == null && keyNorm == null && rotation != null) {
            // Queries and keys turn alike: one rotation for both.
            Tensor turned = rotation.of(byHead.narrow(1, 0, heads + keyHeads)).to(all.scalar_type());
            return attention.attend(layer, turned.narrow(1, 0, heads), turned.narrow(1, heads, keyHeads), value);
        }
        Tensor query = turned(byHead.narrow(1, 0, heads), queryNorm, rotation);
        Tensor key = turned(byHead.narrow(1, heads, keyHeads), keyNorm, rotation);
        return attention.attend(layer, query.to(all.scalar_type()), key.to(all.scalar_type()), value);
    }

    private static Tensor turned(Tensor heads, @Nullable Normalisation norm, @Nullable Rotation rotation) {
        Tensor normed = norm == null ? heads : norm.of(heads);
        return rotation == null ? normed : rotation.of(normed);
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
