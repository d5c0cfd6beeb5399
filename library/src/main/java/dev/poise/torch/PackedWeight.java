package dev.poise.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A copy of a weight in the order in which oneDNN reads it for a product of a few rows.
///
/// BLAS libraries copy a matrix into such an order in every product, which many rows repay and few do not: a product
/// of 8 rows then takes three times as long as memory needs to bring the matrix. Which order is best goes by the
/// number of rows, and a product of another number would put the matrix in order anew, so fewer rows are filled up.
///
/// @param weight opaque, of `[out, in]`
/// @param rows of every product
public record PackedWeight(Tensor weight, int rows) {

    private static final String OPERATOR = "mkldnn::_reorder_linear_weight";

    /// Whether weights of a type can be packed here: float32 ones, where libtorch comes with oneDNN.
    public static boolean packs(ScalarType type) {
        return type.intern() == ScalarType.Float && operator().has_value();
    }

    /// A packed copy, freed with its owner.
    ///
    /// @param weight `[out, in]`, of a type that [packs][#packs]
    /// @param rows most rows of a product, at least 1
    public static PackedWeight of(Tensor weight, int rows, Owned owner) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            IValueVector stack = new IValueVector(new IValue(weight.detach()), new IValue((long) rows));
            operator().get().callBoxed(stack);
            // What the stack gives is a place in it, and gone with it: a handle of its own keeps the tensor.
            return new PackedWeight(owner.keep(new Tensor(stack.get(0).toTensor())), rows);
        }
    }

    /// x Wᵀ, without gradients.
    ///
    /// @param x `[R, in]`, R at most [#rows]
    /// @return `[R, out]`
    public Tensor product(Tensor x) {
        long given = x.size(0);
        if (given > rows) {
            throw new IllegalArgumentException("a weight packed for " + rows + " rows was given " + given);
        }
        Tensor full = given == rows ? x : torch.constant_pad_nd(x, new long[] {0, 0, 0, rows - given});
        return torch.mkldnn_linear(full.to_mkldnn(), weight).to_dense().narrow(0, 0, given);
    }

    private static OperatorHandleOptional operator() {
        return Dispatcher.singleton().findSchema(new OperatorName(OPERATOR, ""));
    }
}
