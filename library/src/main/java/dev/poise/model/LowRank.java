package dev.poise.model;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The low-rank part of a linear map, y + s B (A x), for all of its outputs or for some stretches of them: where
/// queries, keys and values are one map here, each may have a part of its own, or none.
///
/// @param down A of every stretch below each other, `[k r, in]`, an operand of products
/// @param ups B of every stretch, in the order of their outputs
/// @param scaling s
/// @param precision of the products
record LowRank(Tensor down, List<Up> ups, double scaling, Precision precision) {

    /// B of a stretch of outputs.
    ///
    /// @param weight `[outputs, r]`, an operand of products
    /// @param from the first of the outputs
    record Up(Tensor weight, long from) {}

    LowRank {
        ups = List.copyOf(ups);
    }

    /// A map's product with the low-rank part added, `[N, out]`.
    ///
    /// @param product `[N, out]`
    /// @param input `[N, in]`, an operand of products
    Tensor addTo(Tensor product, Tensor input) {
        Tensor inner = precision.operand(torch.linear(input, down)); // [N, k r]
        long rank = down.size(0) / ups.size();
        List<Tensor> columns = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < ups.size(); i++) {
            Up up = ups.get(i);
            long outputs = up.weight().size(0);
            addColumns(columns, product, at, up.from());
            columns.add(torch.addmm(
                    product.narrow(1, up.from(), outputs),
                    inner.narrow(1, i * rank, rank),
                    up.weight().t(),
                    Tensors.scalar(1),
                    Tensors.scalar(scaling)));
            at = up.from() + outputs;
        }
        addColumns(columns, product, at, product.size(1));
        return columns.size() == 1 ? columns.getFirst() : Tensors.cat(1, columns.toArray(Tensor[]::new));
    }

    private static void addColumns(List<Tensor> columns, Tensor product, long from, long to) {
        if (to > from) {
            columns.add(product.narrow(1, from, to - from));
        }
    }
}
