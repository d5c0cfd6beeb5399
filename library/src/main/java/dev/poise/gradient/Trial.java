package dev.poise.gradient;

import dev.poise.model.Decoder;
import dev.poise.torch.Owned;
import dev.poise.torch.Torch;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/// Takes real steps, and takes them back: weights are the same afterwards to the last bit.
final class Trial implements AutoCloseable {

    private final Decoder policy;
    private final Owned owned = new Owned();
    private final Tensor start;

    /// @param policy at the weights that every step starts from
    Trial(Decoder policy) {
        this.policy = policy;
        this.start = owned.keep(policy.parameters().values().clone());
    }

    /// What `work` finds behind one step.
    ///
    /// @param gradient ∂L/∂θ, `[size]`
    <T> T after(Step step, Tensor gradient, Supplier<T> work) {
        step.take(policy.parameters(), gradient);
        try {
            return work.get();
        } finally {
            Torch.withoutGradients(() -> policy.parameters().values().copy_(start));
            policy.parameters().refresh();
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
