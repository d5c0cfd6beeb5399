package dev.poise.train;

import dev.poise.model.Parameters;
import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// AdamW: Adam with weight decay apart from the gradient.
///
/// ```
/// θ ← θ (1 − η λ)                      matrices only
/// m ← β₁ m + (1 − β₁) g
/// v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
///
/// Source: Loshchilov and Hutter 2019, algorithm 2 (<https://arxiv.org/abs/1711.05101>). Vectors (biases, scales and
/// shifts of norms) are not decayed, as the field does. Moments are kept in the type of the master weights.
public final class AdamW implements AutoCloseable {

    /// Entries worked on at a time: five stretches of this size fit a core's cache.
    private static final long STRETCH = 1L << 18;

    private final Parameters parameters;
    private final Settings settings;
    private final Owned owned = new Owned();
    private final Tensor first;
    private final Tensor second;
    private long steps;

    /// What does not change from step to step.
    ///
    /// @param beta1 decay of the first moment, in [0, 1)
    /// @param beta2 decay of the second moment, in [0, 1)
    /// @param epsilon ε > 0
    /// @param weightDecay λ ≥ 0
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {
        public Settings {
            if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
                throw new IllegalArgumentException("betas must be in [0, 1), got " + beta1 + " and " + beta2);
            }
            if (!(epsilon > 0)) {
                throw new IllegalArgumentException("epsilon must be positive, got " + epsilon);
            }
            if (!(weightDecay >= 0)) {
                throw new IllegalArgumentException("weight decay must be at least 0, got " + weightDecay);
            }
        }
    }

    /// An optimiser at rest.
    ///
    /// @param parameters trainable parameters
    public AdamW(Parameters parameters, Settings settings) {
        this.parameters = parameters;
        this.settings = settings;
        Tensor values = parameters.values();
        this.first = owned.keep(Tensors.zeros(values.scalar_type(), values.numel()));
        this.second = owned.keep(Tensors.zeros(values.scalar_type(), values.numel()));
    }

    /// Moves the parameters by their gradients, which stay as they are.
    ///
    /// @param learningRate η ≥ 0
    public void step(double learningRate) {
        steps++;
        double scale = learningRate / (1 - Math.pow(settings.beta1(), (double) steps));
        double root = Math.sqrt(1 - Math.pow(settings.beta2(), (double) steps));
        try (NoGradGuard guard = new NoGradGuard()) {
            for (long from = 0; from < first.numel(); from += STRETCH) {
                try (PointerScope scope = new PointerScope()) {
                    move(from, Math.min(STRETCH, first.numel() - from), learningRate, scale, root);
                }
            }
        }
        parameters.refresh();
    }

    private void move(long from, long count, double learningRate, double scale, double root) {
        Tensor value = parameters.values().narrow(0, from, count);
        Tensor gradient = parameters.gradients().narrow(0, from, count);
        Tensor m = first.narrow(0, from, count);
        Tensor v = second.narrow(0, from, count);
        long decayed = Math.clamp(parameters.decayed() - from, 0, count);
        if (settings.weightDecay() > 0 && decayed > 0) {
            value.narrow(0, 0, decayed).mul_(Tensors.scalar(1 - learningRate * settings.weightDecay()));
        }
        m.lerp_(gradient, Tensors.scalar(1 - settings.beta1()));
        v.mul_(Tensors.scalar(settings.beta2())).addcmul_(gradient, gradient, Tensors.scalar(1 - settings.beta2()));
        Tensor divisor = torch.sqrt(v).div_(Tensors.scalar(root)).add_(Tensors.scalar(settings.epsilon()));
        value.addcdiv_(m, divisor, Tensors.scalar(-scale));
    }

    /// First moments, `[size]`: what a checkpoint keeps.
    public Tensor first() {
        return first;
    }

    /// Second moments, `[size]`: what a checkpoint keeps.
    public Tensor second() {
        return second;
    }

    /// Steps made.
    public long steps() {
        return steps;
    }

    /// Continues from a checkpoint whose moments have been copied into [#first()] and [#second()].
    public void continueFrom(long stepsMade) {
        steps = stepsMade;
    }

    @Override
    public void close() {
        owned.close();
    }
}
