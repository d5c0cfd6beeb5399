package dev.poise.train;

import dev.poise.model.Parameters;
import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import dev.poise.weights.Dtype;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.SafetensorsFile;
import dev.poise.weights.SafetensorsWriter;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightsException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// AdamW: Adam with weight decay apart from the gradient.
///
/// ```
/// θ ← θ (1 − η λ)                      matrices only
/// m ← β₁ m + (1 − β₁) g
/// v ← β₂ v + (1 − β₂) g²
/// θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
///
/// Source: Loshchilov and Hutter 2019, algorithm 2 (<https://arxiv.org/abs/1711.05101>). Vectors (biases, scales
/// and shifts of norms) are not decayed, as the field does. Moments are kept in the type of the master weights.
public final class AdamW implements AutoCloseable {

    /// Entries worked on at a time: five stretches of this size fit a core's cache.
    private static final long STRETCH = 1L << 18;

    private static final String FILE = "optimizer.safetensors";

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

    /// Writes the moments and the number of steps into a checkpoint's directory.
    void writeTo(Path directory) {
        Dtype dtype = first.scalar_type().intern() == ScalarType.Double ? Dtype.F64 : Dtype.F32;
        List<Long> shape = List.of(first.numel());
        long[] made = {steps};
        SafetensorsWriter.write(
                directory.resolve(FILE),
                List.of(
                        new OutgoingTensor("first", dtype, shape, dtype, () -> Tensors.memory(first)),
                        new OutgoingTensor("second", dtype, shape, dtype, () -> Tensors.memory(second)),
                        new OutgoingTensor(
                                "steps", Dtype.I64, List.of(1L), Dtype.I64, () -> MemorySegment.ofArray(made))));
    }

    /// Goes on from what [#writeTo] wrote.
    ///
    /// @throws WeightsException when the file is malformed or of another model
    void readFrom(Path directory) {
        Path file = directory.resolve(FILE);
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            copy(stored, "first", first);
            copy(stored, "second", second);
            StoredTensor made = stored.tensors().get("steps");
            if (made == null || made.dtype() != Dtype.I64 || made.elements() != 1) {
                throw WeightsException.in(file, "must hold the number of steps as one I64");
            }
            steps = made.bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        }
    }

    private static void copy(SafetensorsFile stored, String name, Tensor to) {
        StoredTensor tensor = stored.tensors().get(name);
        MemorySegment memory = Tensors.memory(to);
        if (tensor == null || tensor.bytes().byteSize() != memory.byteSize()) {
            throw WeightsException.in(
                    tensor == null ? Path.of(FILE) : tensor.file(),
                    "must hold the moments of " + to.numel() + " parameters under " + name);
        }
        memory.copyFrom(tensor.bytes());
    }

    @Override
    public void close() {
        owned.close();
    }
}
