package dev.poise.model;

import dev.poise.model.Architecture.Caps;
import dev.poise.torch.Owned;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// A decoder-only transformer: token ids in, log-probabilities or one score a sequence out, gradients back.
///
/// It runs over flat, unpadded batches. Only the trunk is differentiated by libtorch; the head's gradient is in
/// closed form, and the embedding's is a sum over rows. There is no dropout, whatever a configuration says:
/// preference objectives compare log-probabilities, and noise in them is noise in the loss.
///
/// Not thread-safe: one thread at a time. Tensors belong to the caller's native scope.
public final class Decoder implements AutoCloseable {

    private final Architecture architecture;
    private final Precision precision;
    private final Parameters weights;
    private final @Nullable Adapter adapter;
    private final @Nullable Decoder base; // whose weights these are, where there is an adapter
    private final Owned owned = new Owned();
    private final Maps maps;
    private final Normalisation finalNorm;
    private final Readout readout;
    private final RotaryTables rotations;

    /// A decoder with all parameters zero: [#initialise] makes a fresh one of it.
    Decoder(Architecture architecture, Precision precision, boolean trainable) {
        this(
                architecture,
                precision,
                new Parameters(architecture.family().layout(architecture), precision, trainable),
                null,
                null);
    }

    /// A decoder with an adapter, both of which it takes over.
    ///
    /// @param base with frozen weights
    Decoder(Decoder base, Adapter adapter) {
        this(base.architecture, base.precision, base.weights, adapter, base);
        if (weights.trainable()) {
            throw new IllegalArgumentException("a decoder must be frozen to be adapted");
        }
    }

    private Decoder(
            Architecture architecture,
            Precision precision,
            Parameters weights,
            @Nullable Adapter adapter,
            @Nullable Decoder base) {
        this.architecture = architecture;
        this.precision = precision;
        this.weights = weights;
        this.adapter = adapter;
        this.base = base;
        this.finalNorm = norm("final_norm");
        HeadUpdate update = adapter == null ? null : adapter.ofHead().orElse(null);
        String output = architecture.output().parameter();
        this.maps = new Maps(
                IntStream.range(0, architecture.layers())
                        .mapToObj(layer -> block("layers." + layer + "."))
                        .toList(),
                new Linear(weights.product(output), null, precision, update == null ? null : update.linear()));
        this.readout = switch (architecture.output()) {
            case OWN, EMBEDDING ->
                new Head(
                        weights.product(output),
                        gradient(weights, output),
                        update,
                        precision,
                        architecture.caps().logits());
            case SCORE -> new ScoreHead(parameters().master(output), gradient(parameters(), output));
        };
        this.rotations = new RotaryTables(architecture.layerTypes(), precision.sums());
    }

    /// The architecture.
    public Architecture architecture() {
        return architecture;
    }

    /// The type of products.
    public Precision precision() {
        return precision;
    }

    /// What is trained, and its gradients: the adapter's parameters where there is one, else all.
    public Parameters parameters() {
        return adapter == null ? weights : adapter.parameters();
    }

    /// The weights of the model itself, without its adapter.
    public Parameters weights() {
        return weights;
    }

    /// The adapter, if there is one.
    Optional<Adapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    /// The same weights with the adapter off, for asking: itself where there is none. Closed with this decoder.
    public Decoder base() {
        return base == null ? this : base;
    }

    /// This model with a fresh adapter, which changes nothing until it is trained. The new decoder takes this one
    /// over: closing it closes both.
    ///
    /// @param seed of the draws
    /// @throws IllegalArgumentException when the weights are not frozen, a target names no linear map, or the rank
    ///     is above a map's width
    public Decoder adapted(Lora lora, long seed) {
        List<Adapter.Site> sites = Adapter.chosen(lora, architecture);
        Decoder adapted = new Decoder(this, new Adapter(lora, architecture, sites, precision, true));
        adapted.adapter().orElseThrow().initialise(weights, seed);
        return adapted;
    }

    /// A model of its own that computes, to rounding, what this one does with its adapter: W + s B A in every adapted
    /// map, in the type of master weights. A head that was tied to the embedding and is adapted becomes a matrix of
    /// its own. This decoder stays as it is: what "unmerges" is [#base], exactly.
    ///
    /// @throws IllegalStateException when there is no adapter
    public Decoder merged() {
        if (adapter == null) {
            throw new IllegalStateException("a model without an adapter has nothing to merge");
        }
        boolean unties = architecture.output() == Architecture.Output.EMBEDDING && adapter.adaptsHead();
        Decoder merged =
                new Decoder(unties ? architecture.reading(Architecture.Output.OWN) : architecture, precision, false);
        Architecture.Output from = architecture.output();
        for (Parameter parameter : merged.weights.layout()) {
            String output = merged.architecture.output().parameter();
            String name = parameter.name().equals(output) ? from.parameter() : parameter.name();
            Torch.withoutGradients(() -> merged.weights.master(parameter.name()).copy_(weights.master(name)));
        }
        adapter.addTo(merged.weights);
        return merged;
    }

    private Tensor gradient(Parameters of, String name) {
        return of.trainable() ? of.gradient(name) : owned.keep(Tensors.zeros(precision.sums(), 0));
    }

    /// The head that gives tokens probabilities.
    ///
    /// @throws IllegalStateException when this is a reward model
    Head head() {
        return switch (readout) {
            case Head head -> head;
            case ScoreHead score ->
                throw new IllegalStateException("a reward model gives sequences scores, and tokens no probability");
        };
    }

    /// The head that gives sequences scores.
    ///
    /// @throws IllegalStateException when this is a language model
    ScoreHead scoreHead() {
        return switch (readout) {
            case ScoreHead score -> score;
            case Head head ->
                throw new IllegalStateException("a language model gives tokens probabilities, and sequences no score");
        };
    }

    /// The linear maps as they are.
    Maps maps() {
        return maps;
    }

    /// Fills matrices with normal draws and sets norms to the identity.
    ///
    /// @param deviation standard deviation of the draws; the field uses 0.02
    /// @param seed of the draws: the same seed gives the same weights on every machine
    public void initialise(double deviation, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        weights.layout().forEach(parameter -> draw(parameter, deviation, random));
        weights.refresh();
    }

    /// Scales the maps whose outputs are added to the residual stream.
    void scaleResidual(double factor) {
        weights.layout().stream()
                .map(Parameter::name)
                .filter(name -> name.endsWith(".attention.output.weight") || name.endsWith(".feed_forward.down.weight"))
                .forEach(name ->
                        Torch.withoutGradients(() -> weights.master(name).mul_(Tensors.scalar(factor))));
        weights.refresh();
    }

    /// Fills the vector that scores are read by with normal draws.
    ///
    /// @param deviation standard deviation of the draws
    void initialiseScore(double deviation, long seed) {
        weights.layout().stream()
                .filter(parameter -> parameter.name().equals(Architecture.Output.SCORE.parameter()))
                .forEach(parameter -> draw(parameter, deviation, new SplittableRandom(seed)));
        weights.refresh();
    }

    private void draw(Parameter parameter, double deviation, SplittableRandom random) {
        boolean vector = parameter.role() == Parameter.Role.VECTOR;
        boolean scale = parameter.name().endsWith("norm.weight");
        double identity = scale && !architecture.norm().aboveOne() ? 1 : 0;
        double[] values = new double[Math.toIntExact(parameter.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = vector ? identity : deviation * random.nextGaussian();
        }
        Torch.withoutGradients(() -> weights.master(parameter.name())
                .copy_(Tensors.of(values, precision.sums()).view(parameter.shape())));
    }

    /// Runs a batch so that it can be walked back.
    public Pass forward(TokenBatch asked) {
        TokenBatch batch = runnable(asked);
        Tensor embedded = embed(batch.ids(), batch.positions()).set_requires_grad(weights.trainable());
        Tensor residual = trunk(maps, embedded, rotations(batch), attention(batch));
        return new Pass(this, batch, List.of(), embedded, readAt(batch, residual));
    }

    /// The same with less memory: of each block only what entered it is kept, and on the way back it runs again.
    /// Costs one more forward pass through the trunk; the results are the same.
    public Pass forwardFrugally(TokenBatch asked) {
        TokenBatch batch = runnable(asked);
        List<Tensor> entered = new ArrayList<>();
        Tensor residual = runBlocks(batch, entered);
        Tensor last = residual.detach().set_requires_grad(true);
        return new Pass(this, batch, entered, last, readAt(batch, last));
    }

    /// The residual stream after the last block, `[N, D]`, without gradients: what a block computes on the way is
    /// freed before the next one runs.
    ///
    /// @param entered told what entered each block
    private Tensor runBlocks(TokenBatch batch, List<Tensor> entered) {
        Attention attention = attention(batch);
        Rotations turns = rotations(batch);
        Tensor residual = embed(batch.ids(), batch.positions());
        for (int layer = 0; layer < maps.blocks().size(); layer++) {
            entered.add(residual);
            Tensor out = torch.empty_like(residual);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                out.copy_(maps.blocks().get(layer).of(residual, layer, architecture, turns.of(layer), attention));
            }
            residual = out;
        }
        return residual;
    }

    /// Runs the blocks again, last first, and walks each back.
    ///
    /// @param entered what entered each block, `[N, D]`
    /// @param byResidual gradient by what left the last one
    /// @return the gradient by what entered the first one
    Tensor backThroughBlocks(TokenBatch batch, List<Tensor> entered, Tensor byResidual) {
        Attention attention = attention(batch);
        Rotations turns = rotations(batch);
        for (int layer = maps.blocks().size() - 1; layer >= 0; layer--) {
            try (PointerScope scope = new PointerScope()) {
                Tensor in = entered.get(layer).detach().set_requires_grad(true);
                Tensor out = maps.blocks().get(layer).of(in, layer, architecture, turns.of(layer), attention);
                out.backward(byResidual, new BoolOptional(), false, new TensorArrayRefOptional());
                Torch.withoutGradients(() -> byResidual.copy_(in.grad()));
            }
        }
        return byResidual;
    }

    /// Statistics of every trained token of a batch, without gradients.
    public TokenStatistics measure(TokenBatch batch) {
        return measure(batch, false);
    }

    /// Statistics of every trained token of a batch, without gradients.
    ///
    /// @param collisions whether to read collision probabilities too
    public TokenStatistics measure(TokenBatch batch, boolean collisions) {
        return measured(batch, read -> head().measure(read, batch.targets(), collisions));
    }

    /// Statistics of every trained token of a batch, without gradients, the top-k ones of another k than [Head#TOP].
    ///
    /// @param top k, 1 to the vocabulary
    public TokenStatistics measure(TokenBatch batch, int top) {
        if (top < 1 || top > architecture.vocabulary()) {
            throw new IllegalArgumentException(
                    "top must be 1 to the vocabulary of " + architecture.vocabulary() + ", got " + top);
        }
        return measured(batch, read -> head().measure(read, batch.targets(), top));
    }

    /// The score of every sequence of a batch that [reads the ends][TokenBatch#ofEnds], `[S]`, without gradients.
    public double[] scores(TokenBatch asked) {
        TokenBatch batch = runnable(asked);
        return measured(batch, read -> scoreHead().scores(batch, read));
    }

    /// Normed hidden states before the trained tokens of a batch, `[R, D]`, without gradients.
    public float[][] hidden(TokenBatch batch) {
        return measured(batch, read -> {
            double[] flat = Tensors.toDoubles(read);
            int width = flat.length / batch.targets().length;
            float[][] rows = new float[batch.targets().length][width];
            for (int i = 0; i < flat.length; i++) {
                rows[i / width][i % width] = (float) flat[i];
            }
            return rows;
        });
    }

    private <T> T measured(TokenBatch asked, Function<Tensor, T> measuring) {
        TokenBatch batch = runnable(asked);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return measuring.apply(readAt(batch, runBlocks(batch, new ArrayList<>())));
        }
    }

    private Attention attention(TokenBatch batch) {
        return new SegmentAttention(architecture, batch.segments(), batch.length());
    }

    /// The batch as it can be run: a prompt turns by the length of the sequence it begins, so where lengths change
    /// the rotary frequencies it is not shared.
    private TokenBatch runnable(TokenBatch batch) {
        return batch.longest() > architecture.steady() ? batch.unshared() : batch;
    }

    Rotations rotations(TokenBatch batch) {
        return rotations(batch.positions(), batch.lengths());
    }

    /// The rotations of some tokens.
    ///
    /// @param positions of each in its sequence
    /// @param lengths tokens of each one's sequence
    Rotations rotations(int[] positions, int[] lengths) {
        return rotations.at(positions, lengths);
    }

    /// Normed hidden states before the trained tokens, `[R, D]`.
    private Tensor readAt(TokenBatch batch, Tensor residual) {
        return finalNorm.of(residual.index_select(0, Tensors.indices(batch.readAt())));
    }

    /// The residual stream after the last block, `[N, D]`. Of what a block computes on the way, only what the way back
    /// reads stays.
    ///
    /// @param maps this decoder's own, or the same [for few rows][Maps#forFew]
    Tensor trunk(Maps maps, Tensor embedded, Rotations turns, Attention attention) {
        Tensor h = embedded;
        for (int layer = 0; layer < maps.blocks().size(); layer++) {
            Block block = maps.blocks().get(layer);
            Tensor entering = h;
            Rotation turn = turns.of(layer);
            int number = layer;
            h = Torch.handedOut(() -> block.of(entering, number, architecture, turn, attention));
        }
        return h;
    }

    /// Logits after the given rows of the residual stream, `[R, V]`, in the type of sums.
    ///
    /// @param maps this decoder's own, or the same [for few rows][Maps#forFew]
    Tensor logits(Maps maps, Tensor residual) {
        return logitsOf(maps, finalNorm.of(residual));
    }

    /// Logits of normed hidden states, `[R, V]`, in the type of sums.
    Tensor logitsOf(Maps maps, Tensor hidden) {
        Tensor logits = maps.head().of(hidden).to(precision.sums());
        double cap = architecture.caps().logits();
        return Caps.bounds(cap) ? logits.div(Tensors.scalar(cap)).tanh().mul(Tensors.scalar(cap)) : logits;
    }

    /// What enters the first block, `[N, D]`, without its graph.
    Tensor embed(int[] ids, int[] positions) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor tokens = weights.master("embedding.weight").index_select(0, Tensors.indices(ids));
            if (architecture.embeddingScale() != 1) {
                tokens.mul_(Tensors.scalar(architecture.embeddingScale()));
            }
            return architecture.learnedPositions()
                    ? tokens.add(
                            weights.master("position_embedding.weight").index_select(0, Tensors.indices(positions)))
                    : tokens;
        }
    }

    /// Adds the gradient by [#embed]'s result to the embeddings' gradients, where these are trained.
    void addToEmbeddings(TokenBatch batch, Tensor gradient) {
        if (!weights.trainable()) {
            return;
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            weights.gradient("embedding.weight")
                    .index_add_(
                            0, Tensors.indices(batch.ids()), gradient, Tensors.scalar(architecture.embeddingScale()));
            if (architecture.learnedPositions()) {
                weights.gradient("position_embedding.weight")
                        .index_add_(0, Tensors.indices(batch.positions()), gradient);
            }
        }
    }

    private Block block(String prefix) {
        Architecture.Biases biases = architecture.biases();
        Architecture.Form form = architecture.form();
        boolean normed = architecture.queryKeyNorm() != Architecture.QueryKeyNorm.NONE;
        return new Block(
                form.before() ? norm(prefix + "attention_norm") : null,
                linear(prefix + "attention.query_key_value", biases.queryKeyValue()),
                normed ? norm(prefix + "attention.query_norm") : null,
                normed ? norm(prefix + "attention.key_norm") : null,
                linear(prefix + "attention.output", biases.attentionOutput()),
                form.after() ? norm(prefix + "attention_output_norm") : null,
                form.before() ? norm(prefix + "feed_forward_norm") : null,
                linear(prefix + "feed_forward.up", biases.feedForward()),
                linear(prefix + "feed_forward.down", biases.feedForward()),
                form.after() ? norm(prefix + "feed_forward_output_norm") : null);
    }

    private Linear linear(String name, boolean bias) {
        return new Linear(
                weights.weight(name + ".weight"),
                bias ? weights.weight(name + ".bias") : null,
                precision,
                adapter == null ? null : adapter.update(name));
    }

    private Normalisation norm(String name) {
        Architecture.Norm norm = architecture.norm();
        return new Normalisation(
                norm,
                weights.weight(name + ".weight"),
                norm.kind() == Architecture.Norm.Kind.LAYER ? weights.weight(name + ".bias") : null);
    }

    @Override
    public void close() {
        readout.close();
        owned.close();
        rotations.close();
        if (adapter != null && base != null) {
            adapter.close();
            base.close();
        } else {
            weights.close();
        }
    }
}
