package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/// The parameters of a decoder or of an adapter, side by side in one buffer, and their gradients in another.
///
/// One buffer makes clipping, the optimiser, casting and saving a few large operations instead of hundreds of
/// small ones. Matrices come first and vectors last, so that weight decay, which spares vectors, is one stretch.
/// Every parameter is a leaf that shares memory with its stretch; backward passes add into the gradient buffer.
///
/// In bfloat16, linear maps compute with a rounded copy of the buffer, made anew by [#refresh()] after each change
/// of the values. Where that copy is of another type, its gradients are as well: a backward pass makes them, and
/// [#collect()] adds them to the float32 ones and frees them.
///
/// Not thread-safe: one thread at a time.
public final class Parameters implements AutoCloseable {

    /// Entries rounded at a time: they stay in a core's cache.
    private static final long STRETCH = 1L << 18;

    private final List<Parameter> layout;
    private final boolean trainable;
    private final Precision precision;
    private final boolean rounded;
    private final long decayed;
    private final Owned owned = new Owned();
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor products;
    private final Map<String, Tensor> leaves = new HashMap<>();
    private final Map<String, Tensor> masters = new HashMap<>();
    private final Map<String, Tensor> productsByName = new HashMap<>();
    private final Map<String, Tensor> gradientsByName = new HashMap<>();

    /// Zeroed parameters.
    ///
    /// @param layout every parameter, matrices before vectors
    /// @param precision the type of the linear maps' products
    /// @param trainable whether gradients are kept
    Parameters(List<Parameter> layout, Precision precision, boolean trainable) {
        this.layout = List.copyOf(layout);
        this.trainable = trainable;
        this.precision = precision;
        this.rounded = precision == Precision.BFLOAT16;
        long size = layout.stream().mapToLong(Parameter::size).sum();
        this.decayed = layout.stream()
                .filter(parameter -> parameter.role() != Parameter.Role.VECTOR)
                .mapToLong(Parameter::size)
                .sum();
        long kept = trainable ? size : 0;
        this.values = owned.keep(Tensors.zeros(precision.sums(), size));
        this.gradients = owned.keep(Tensors.zeros(precision.sums(), kept));
        this.products = rounded ? owned.keep(Tensors.zeros(precision.products(), size)) : values;
        long offset = 0;
        for (Parameter parameter : layout) {
            place(parameter, offset);
            offset += parameter.size();
        }
    }

    private void place(Parameter parameter, long offset) {
        boolean linear = parameter.role() == Parameter.Role.LINEAR;
        Tensor leaf = stretch(linear ? products : values, offset, parameter);
        leaves.put(parameter.name(), leaf);
        masters.put(parameter.name(), stretch(values, offset, parameter));
        productsByName.put(parameter.name(), stretch(products, offset, parameter));
        if (trainable) {
            leaf.set_requires_grad(true);
            Tensor gradient = stretch(gradients, offset, parameter);
            gradientsByName.put(parameter.name(), gradient);
            if (!linear || precision.products() == precision.sums()) {
                leaf.mutable_grad().put(gradient);
            }
        }
    }

    private Tensor stretch(Tensor buffer, long offset, Parameter parameter) {
        return owned.keep(buffer.narrow(0, offset, parameter.size())
                .view(parameter.shape())
                .detach());
    }

    /// Whether gradients are kept.
    boolean trainable() {
        return trainable;
    }

    /// Every parameter in the order of the buffer.
    public List<Parameter> layout() {
        return layout;
    }

    /// All values, `[size]`: the master weights.
    public Tensor values() {
        return values;
    }

    /// All gradients, `[size]`; empty where the parameters are frozen.
    public Tensor gradients() {
        return gradients;
    }

    /// How many values, from the start of the buffer, weight decay applies to: the matrices.
    public long decayed() {
        return decayed;
    }

    /// What the forward pass computes with: the parameter itself, or its rounded copy.
    Tensor weight(String name) {
        return find(leaves, name);
    }

    /// One parameter in the type of products, without a graph.
    Tensor product(String name) {
        return find(productsByName, name);
    }

    /// The master values of one parameter.
    public Tensor master(String name) {
        return find(masters, name);
    }

    /// The gradient of one parameter, in the type of the master values.
    public Tensor gradient(String name) {
        return find(gradientsByName, name);
    }

    /// Makes the rounded copy follow the values. To be called after every change of them.
    public void refresh() {
        for (long from = 0; rounded && from < values.numel(); from += STRETCH) {
            long start = from;
            long count = Math.min(STRETCH, values.numel() - from);
            Torch.withoutGradients(
                    () -> products.narrow(0, start, count).copy_(precision.operand(values.narrow(0, start, count))));
        }
    }

    /// Adds gradients of another type to the float32 ones and frees them. To be called after every backward pass.
    void collect() {
        if (precision.products() != precision.sums()) {
            layout.stream()
                    .filter(parameter -> parameter.role() == Parameter.Role.LINEAR)
                    .map(Parameter::name)
                    .forEach(this::collect);
        }
    }

    private void collect(String name) {
        Tensor made = weight(name).mutable_grad();
        if (made.defined()) { // not of a head, whose gradient is in closed form
            Torch.withoutGradients(() -> gradient(name).add_(made));
            made.reset();
        }
    }

    /// Clears all gradients.
    public void clearGradients() {
        Torch.withoutGradients(gradients::zero_);
    }

    private static Tensor find(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter is called " + name);
        }
        return tensor;
    }

    @Override
    public void close() {
        owned.close();
    }
}
