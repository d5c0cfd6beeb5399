package dev.poise.model;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The low-rank part of the output head, logits = W h + s B A h, and its gradient in closed form. With g = ∂L/∂logits
/// of a row:
///
/// ```
/// ∂L/∂h = Wᵀg + s Aᵀ Bᵀg        ∂L/∂A = s Σ (Bᵀg) hᵀ        ∂L/∂B = s Σ g (A h)ᵀ
/// ```
///
/// Where the head is tied to the embedding, W is the embedding and the low-rank part changes the logits alone, as PEFT
/// has it: rows that are looked up stay what they are.
///
/// @param down A, `[r, D]`, an operand of products
/// @param up B, `[V, r]`, an operand of products
/// @param byDown where ∂L/∂A is added, in the type of sums; empty where frozen
/// @param byUp where ∂L/∂B is added, in the type of sums; empty where frozen
/// @param scaling s
/// @param precision of the products
record HeadUpdate(Tensor down, Tensor up, Tensor byDown, Tensor byUp, double scaling, Precision precision) {

    /// The same for the forward pass alone.
    LowRank linear() {
        return new LowRank(down, List.of(new LowRank.Up(up, 0)), scaling, precision);
    }

    /// Adds the low-rank part to logits, in place.
    ///
    /// @param logits `[R, V]` in the type of sums
    /// @param hidden `[R, D]`, an operand of products
    void addTo(Tensor logits, Tensor hidden) {
        Tensor inner = precision.operand(hidden.matmul(down.t()));
        if (precision.products() == precision.sums()) {
            logits.addmm_(inner, up.t(), Tensors.scalar(1), Tensors.scalar(scaling));
        } else {
            logits.add_(torch.linear(inner, up), Tensors.scalar(scaling));
        }
    }

    /// Adds the gradients of A and B to their buffers, and the low-rank part's share to the gradient by the hidden
    /// states.
    ///
    /// @param byLogits g, `[R, V]`, an operand of products
    /// @param hidden `[R, D]`, an operand of products
    /// @param byHidden `[R, D]` in the type of sums
    void backward(Tensor byLogits, Tensor hidden, Tensor byHidden) {
        Tensor byInner = precision.operand(byLogits.matmul(up)); // [R, r]
        byHidden.add_(byInner.matmul(down), Tensors.scalar(scaling));
        if (byUp.numel() > 0) {
            Tensor inner = precision.operand(hidden.matmul(down.t())); // [R, r]
            byUp.add_(byLogits.t().matmul(inner), Tensors.scalar(scaling));
            byDown.add_(byInner.t().matmul(hidden), Tensors.scalar(scaling));
        }
    }
}
