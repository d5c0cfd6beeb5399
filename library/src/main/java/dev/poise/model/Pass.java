package dev.poise.model;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/// A forward pass that can be walked back: what was read, and the graph behind it.
///
/// Lives in the native scope it was made in.
public final class Pass {

    private final Decoder decoder;
    private final TokenBatch batch;
    private final Tensor embedded; // [N, D] leaf
    private final Tensor read; // [R, D] normed hidden states before the trained tokens
    private Head.@Nullable Reading reading;

    Pass(Decoder decoder, TokenBatch batch, Tensor embedded, Tensor read) {
        this.decoder = decoder;
        this.batch = batch;
        this.embedded = embedded;
        this.read = read;
    }

    /// What was run.
    public TokenBatch batch() {
        return batch;
    }

    /// Statistics of every trained token.
    public TokenStatistics measure() {
        return reading().statistics();
    }

    /// Adds the gradient of a loss to the parameters' gradients.
    ///
    /// @param byLogProb ∂L/∂log π(y_t | x, y_<t) of every trained token, `[R]`
    public void backward(double[] byLogProb) {
        Tensor byRead = decoder.head().backward(reading(), byLogProb);
        read.backward(byRead, new BoolOptional(), false, new TensorArrayRefOptional());
        decoder.addToEmbeddings(batch, embedded.grad());
    }

    private Head.Reading reading() {
        if (reading == null) {
            reading = decoder.head().read(read.detach(), batch.targets());
        }
        return reading;
    }
}
