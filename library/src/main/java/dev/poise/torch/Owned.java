package dev.poise.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// Tensors that outlive the scope they were made in, freed together when their owner closes.
public final class Owned implements AutoCloseable {

    private final List<Tensor> tensors = new ArrayList<>();

    /// Keeps a tensor until this owner closes, whatever scope it was made in.
    public Tensor keep(Tensor tensor) {
        tensors.add(tensor.retainReference());
        return tensor;
    }

    /// Frees all kept tensors. Closing twice is harmless.
    @Override
    public void close() {
        tensors.forEach(Tensor::releaseReference);
        tensors.clear();
    }
}
