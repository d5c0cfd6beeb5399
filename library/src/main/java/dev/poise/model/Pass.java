package dev.poise.model;

import java.util.List;
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
    private final List<Tensor> entered; // [N, D] a block, where blocks run again on the way back
    private final Tensor leaf; // [N, D] what entered the first block, or left the last one where they run again
    private final Tensor read; // [R, D] normed hidden states before the trained tokens
    private Head.@Nullable Reading reading;

    Pass(Decoder decoder, TokenBatch batch, List<Tensor> entered, Tensor leaf, Tensor read) {
        this.decoder = decoder;
        this.batch = batch;
        this.entered = entered;
        this.leaf = leaf;
        this.read = read;
    }

    /// What was run.
    public TokenBatch batch() {
        return batch;
    }

    /// Statistics of every trained token.
    public TokenStatistics measure() {
        return measure(false);
    }

    /// Statistics of every trained token.
    ///
    /// @param collisions whether to read collision probabilities too; asked for at the first measuring
    public TokenStatistics measure(boolean collisions) {
        return reading(collisions).statistics();
    }

    /// Adds the gradient of a loss to the parameters' gradients.
    ///
    /// @param byLogProb ∂L/∂log π(y_t | x, y_<t) of every trained token, `[R]`
    public void backward(double[] byLogProb) {
        Tensor byRead = decoder.head().backward(reading(false), byLogProb);
        read.backward(byRead, new BoolOptional(), false, new TensorArrayRefOptional());
        Tensor byLeaf = leaf.grad();
        decoder.addToEmbeddings(batch, entered.isEmpty() ? byLeaf : decoder.backThroughBlocks(batch, entered, byLeaf));
    }

    private Head.Reading reading(boolean collisions) {
        if (reading == null) {
            reading = decoder.head().read(read.detach(), batch.targets(), collisions);
        }
        return reading;
    }
}
