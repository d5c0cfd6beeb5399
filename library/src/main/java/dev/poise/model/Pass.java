package dev.poise.model;

import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
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

    /// The score of every sequence, `[S]`, of a batch that [reads the ends][TokenBatch#ofEnds].
    public double[] scores() {
        return decoder.scoreHead().scores(batch, read.detach());
    }

    /// Adds the gradient of a loss to the parameters' gradients.
    ///
    /// @param byRead ∂L/∂log π(y_t | x, y_<t) of every trained token, `[R]`; of a reward model ∂L/∂s of every
    ///     sequence, `[S]`
    public void backward(double[] byRead) {
        backward(
                decoder.architecture().scores()
                        ? decoder.scoreHead().backward(read.detach(), byRead)
                        : decoder.head().backward(reading(false), byRead),
                false);
    }

    /// Adds the gradient of a loss that also depends on the top-k statistics, k = [Head#TOP].
    ///
    /// @param byLogProb ∂L/∂log π(y_t | x, y_<t) of every trained token, `[R]`
    /// @param byTopEntropy ∂L by the entropy of the k likeliest tokens, renormalised, in bits, `[R]`
    /// @param byTopMass ∂L by their mass, `[R]`
    public void backward(double[] byLogProb, double[] byTopEntropy, double[] byTopMass) {
        backward(decoder.head().backward(reading(false), byLogProb, byTopEntropy, byTopMass), false);
    }

    /// @param byRead the gradient by what the head reads
    /// @param again whether this pass will be walked back once more
    private void backward(Tensor byRead, boolean again) {
        if (read.requires_grad()) {
            read.backward(byRead, new BoolOptional(again), false, new TensorArrayRefOptional());
        }
        if (leaf.requires_grad()) {
            Tensor byLeaf = leaf.grad();
            Tensor byEmbedded = entered.isEmpty() ? byLeaf : decoder.backThroughBlocks(batch, entered, byLeaf);
            decoder.addToEmbeddings(batch, byEmbedded);
            if (again) {
                Torch.withoutGradients(byLeaf::zero_);
            }
        }
        decoder.parameters().collect();
    }

    /// The gradient of every sequence's summed log-probability by all parameters, `[S, size]`. To be called once, in
    /// place of [#backward]; the parameters' gradients are cleared.
    public Tensor gradientsBySequence() {
        Parameters parameters = decoder.parameters();
        int sequences = batch.sequences();
        Tensor rows = Tensors.empty(
                parameters.gradients().scalar_type(),
                sequences,
                parameters.gradients().numel());
        for (int s = 0; s < sequences; s++) {
            double[] ofOne = new double[batch.targets().length];
            Arrays.fill(ofOne, batch.offsets()[s], batch.offsets()[s + 1], 1);
            parameters.clearGradients();
            backward(decoder.head().backward(reading(false), ofOne), s + 1 < sequences);
            Tensor row = rows.select(0, s);
            Torch.withoutGradients(() -> row.copy_(parameters.gradients()));
        }
        parameters.clearGradients();
        return rows;
    }

    /// What the head reads: normed hidden states before the trained tokens, `[R, D]`, without their graph.
    public Tensor hidden() {
        return read.detach();
    }

    /// Logits at some trained tokens, `[count, V]` in the type of sums, without their graph.
    ///
    /// @param from the first of them
    public Tensor logits(int from, int count) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return decoder.logitsOf(decoder.maps(), read.detach().narrow(0, from, count));
        }
    }

    private Head.Reading reading(boolean collisions) {
        if (reading == null) {
            reading = decoder.head().read(read.detach(), batch.targets(), collisions);
        }
        return reading;
    }
}
