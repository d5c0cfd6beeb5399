package dev.poise.model;

import dev.poise.model.Architecture.Positions;
import dev.poise.torch.Owned;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.List;
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
    private final Parameters parameters;
    private final Owned owned = new Owned();
    private final Maps maps;
    private final Normalisation finalNorm;
    private final Readout readout;
    private final @Nullable RotaryTable rotations;

    /// A decoder with all parameters zero: [#initialise] makes a fresh one of it.
    Decoder(Architecture architecture, Precision precision, boolean trainable) {
        this.architecture = architecture;
        this.precision = precision;
        this.parameters = new Parameters(architecture.family().layout(architecture), precision, trainable);
        this.finalNorm = norm("final_norm");
        String output = architecture.output().parameter();
        this.maps = new Maps(
                IntStream.range(0, architecture.layers())
                        .mapToObj(layer -> block("layers." + layer + "."))
                        .toList(),
                new Linear(parameters.product(output), null, precision));
        Tensor gradient = trainable ? parameters.gradient(output) : owned.keep(Tensors.zeros(precision.sums(), 0));
        this.readout = switch (architecture.output()) {
            case OWN, EMBEDDING -> new Head(parameters.product(output), gradient, precision);
            case SCORE -> new ScoreHead(parameters.master(output), gradient);
        };
        this.rotations = architecture.positions() instanceof Positions.Rotary(double[] frequencies)
                ? new RotaryTable(frequencies, precision.sums())
                : null;
    }

    /// The architecture.
    public Architecture architecture() {
        return architecture;
    }

    /// The type of products.
    public Precision precision() {
        return precision;
    }

    /// The parameters and their gradients.
    public Parameters parameters() {
        return parameters;
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
        parameters.layout().forEach(parameter -> draw(parameter, deviation, random));
        parameters.refresh();
    }

    /// Fills the vector that scores are read by with normal draws.
    ///
    /// @param deviation standard deviation of the draws
    void initialiseScore(double deviation, long seed) {
        parameters.layout().stream()
                .filter(parameter -> parameter.name().equals(Architecture.Output.SCORE.parameter()))
                .forEach(parameter -> draw(parameter, deviation, new SplittableRandom(seed)));
        parameters.refresh();
    }

    private void draw(Parameter parameter, double deviation, SplittableRandom random) {
        boolean vector = parameter.role() == Parameter.Role.VECTOR;
        double identity = parameter.name().endsWith("norm.weight") ? 1 : 0;
        double[] values = new double[Math.toIntExact(parameter.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = vector ? identity : deviation * random.nextGaussian();
        }
        Torch.withoutGradients(() -> parameters
                .master(parameter.name())
                .copy_(Tensors.of(values, precision.sums()).view(parameter.shape())));
    }

    /// Runs a batch so that it can be walked back.
    public Pass forward(TokenBatch batch) {
        Tensor embedded = embed(batch.ids(), batch.positions()).set_requires_grad(true);
        Tensor residual = trunk(maps, embedded, batch.positions(), attention(batch));
        return new Pass(this, batch, List.of(), embedded, readAt(batch, residual));
    }

    /// The same with less memory: of each block only what entered it is kept, and on the way back it runs again.
    /// Costs one more forward pass through the trunk; the results are the same.
    public Pass forwardFrugally(TokenBatch batch) {
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
        Rotation rotation = rotation(batch.positions());
        Tensor residual = embed(batch.ids(), batch.positions());
        for (int layer = 0; layer < maps.blocks().size(); layer++) {
            entered.add(residual);
            Tensor out = torch.empty_like(residual);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                out.copy_(maps.blocks().get(layer).of(residual, layer, architecture, rotation, attention));
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
        Rotation rotation = rotation(batch.positions());
        for (int layer = maps.blocks().size() - 1; layer >= 0; layer--) {
            try (PointerScope scope = new PointerScope()) {
                Tensor in = entered.get(layer).detach().set_requires_grad(true);
                Tensor out = maps.blocks().get(layer).of(in, layer, architecture, rotation, attention);
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
    public double[] scores(TokenBatch batch) {
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

    private <T> T measured(TokenBatch batch, Function<Tensor, T> measuring) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return measuring.apply(readAt(batch, runBlocks(batch, new ArrayList<>())));
        }
    }

    private Attention attention(TokenBatch batch) {
        return new SegmentAttention(architecture, batch.segments(), batch.length());
    }

    private @Nullable Rotation rotation(int[] positions) {
        return rotations == null ? null : rotations.at(positions);
    }

    /// Normed hidden states before the trained tokens, `[R, D]`.
    private Tensor readAt(TokenBatch batch, Tensor residual) {
        return finalNorm.of(residual.index_select(0, Tensors.indices(batch.readAt())));
    }

    /// The residual stream after the last block, `[N, D]`.
    ///
    /// @param maps this decoder's own, or the same [for few rows][Maps#forFew]
    Tensor trunk(Maps maps, Tensor embedded, int[] positions, Attention attention) {
        Rotation rotation = rotation(positions);
        Tensor h = embedded;
        for (int layer = 0; layer < maps.blocks().size(); layer++) {
            h = maps.blocks().get(layer).of(h, layer, architecture, rotation, attention);
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
        return maps.head().of(hidden).to(precision.sums());
    }

    /// What enters the first block, `[N, D]`, without its graph.
    Tensor embed(int[] ids, int[] positions) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor tokens = parameters.master("embedding.weight").index_select(0, Tensors.indices(ids));
            return switch (architecture.positions()) {
                case Positions.Rotary rotary -> tokens;
                case Positions.Learned learned ->
                    tokens.add(
                            parameters.master("position_embedding.weight").index_select(0, Tensors.indices(positions)));
            };
        }
    }

    /// Adds the gradient by [#embed]'s result to the embeddings' gradients.
    void addToEmbeddings(TokenBatch batch, Tensor gradient) {
        try (NoGradGuard guard = new NoGradGuard()) {
            parameters.gradient("embedding.weight").index_add_(0, Tensors.indices(batch.ids()), gradient);
            if (architecture.positions() instanceof Positions.Learned) {
                parameters
                        .gradient("position_embedding.weight")
                        .index_add_(0, Tensors.indices(batch.positions()), gradient);
            }
        }
        parameters.collect();
    }

    private Block block(String prefix) {
        Architecture.Biases biases = architecture.biases();
        return new Block(
                norm(prefix + "attention_norm"),
                linear(prefix + "attention.query_key_value", biases.queryKeyValue()),
                architecture.queryKeyNorm() ? norm(prefix + "attention.query_norm") : null,
                architecture.queryKeyNorm() ? norm(prefix + "attention.key_norm") : null,
                linear(prefix + "attention.output", biases.attentionOutput()),
                norm(prefix + "feed_forward_norm"),
                linear(prefix + "feed_forward.up", biases.feedForward()),
                linear(prefix + "feed_forward.down", biases.feedForward()));
    }

    private Linear linear(String name, boolean bias) {
        return new Linear(
                parameters.weight(name + ".weight"), bias ? parameters.weight(name + ".bias") : null, precision);
    }

    private Normalisation norm(String name) {
        Architecture.Norm norm = architecture.norm();
        return new Normalisation(
                norm.kind(),
                norm.epsilon(),
                parameters.weight(name + ".weight"),
                norm.kind() == Architecture.Norm.Kind.LAYER ? parameters.weight(name + ".bias") : null);
    }

    @Override
    public void close() {
        readout.close();
        owned.close();
        if (rotations != null) {
            rotations.close();
        }
        parameters.close();
    }
}
