package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rows that grow a token at a time, with the keys and values of what they hold kept, so that each token is run
/// once.
///
/// Rows may be of different lengths; rows that are done can leave. Not thread-safe.
public final class GrowingRows implements AutoCloseable {

    private final Decoder decoder;
    private final Architecture architecture;
    private final int capacity;
    private final List<Tensor> keys = new ArrayList<>(); // per layer [B, K, capacity, W]
    private final List<Tensor> values = new ArrayList<>(); // per layer [B, K, capacity, W]
    private Owned owned = new Owned();
    private int[] lengths;
    private Tensor logits; // [B, V]

    /// Runs the prompts.
    ///
    /// @param prompts token ids of every row, at least one each
    /// @param capacity longest row, prompt included; at most the model's context
    public GrowingRows(Decoder decoder, List<int[]> prompts, int capacity) {
        this.decoder = decoder;
        this.architecture = decoder.architecture();
        this.capacity = capacity;
        this.lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
        if (capacity > architecture.context()) {
            throw new IllegalArgumentException("rows must fit the model's context of " + architecture.context()
                    + " tokens, got a capacity of " + capacity);
        }
        int longest = Arrays.stream(lengths).max().orElse(0);
        if (longest > capacity || Arrays.stream(lengths).anyMatch(length -> length == 0)) {
            throw new IllegalArgumentException(
                    "prompts must hold between 1 and " + capacity + " tokens, got " + Arrays.toString(lengths));
        }
        ScalarType type = decoder.precision().products();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            keys.add(owned.keep(cache(type)));
            values.add(owned.keep(cache(type)));
        }
        this.logits = prefill(prompts);
    }

    private Tensor cache(ScalarType type) {
        return Tensors.zeros(type, lengths.length, architecture.keyValueHeads(), capacity, architecture.headWidth());
    }

    /// How many rows there are.
    public int rows() {
        return lengths.length;
    }

    /// Tokens of a row so far.
    public int length(int row) {
        return lengths[row];
    }

    /// Logits of every row's next token, `[B, V]`, in the type of sums; valid until the rows change.
    public Tensor logits() {
        return logits;
    }

    /// Appends one token to every row and runs it.
    public void append(int[] tokens) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor embedded = decoder.embed(tokens, lengths);
            Tensor residual = decoder.trunk(embedded, lengths, new Step());
            for (int row = 0; row < lengths.length; row++) {
                lengths[row]++;
            }
            logits.copy_(decoder.logits(residual));
        }
    }

    /// Keeps only the given rows, in the given order.
    public void keep(int[] rows) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor kept = Tensors.indices(rows);
            Owned next = new Owned();
            keys.replaceAll(cache -> next.keep(cache.index_select(0, kept)));
            values.replaceAll(cache -> next.keep(cache.index_select(0, kept)));
            logits = next.keep(logits.index_select(0, kept));
            owned.close();
            owned = next;
        }
        lengths = Arrays.stream(rows).map(row -> lengths[row]).toArray();
    }

    private Tensor prefill(List<int[]> prompts) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            int tokens = Arrays.stream(lengths).sum();
            int[] ids = new int[tokens];
            int[] positions = new int[tokens];
            int[] last = new int[lengths.length];
            List<Segment> segments = new ArrayList<>();
            int start = 0;
            for (int row = 0; row < lengths.length; row++) {
                System.arraycopy(prompts.get(row), 0, ids, start, lengths[row]);
                for (int t = 0; t < lengths[row]; t++) {
                    positions[start + t] = t;
                }
                segments.add(new Segment(start, lengths[row], 0, 0));
                start += lengths[row];
                last[row] = start - 1;
            }
            Attention within = new SegmentAttention(architecture, segments, tokens);
            Attention storing = (layer, query, key, value) -> {
                store(keys.get(layer), key, segments);
                store(values.get(layer), value, segments);
                return within.attend(layer, query, key, value);
            };
            Tensor residual = decoder.trunk(decoder.embed(ids, positions), positions, storing);
            return owned.keep(decoder.logits(residual.index_select(0, Tensors.indices(last))));
        }
    }

    private static void store(Tensor cache, Tensor flat, List<Segment> segments) {
        for (int row = 0; row < segments.size(); row++) {
            Segment segment = segments.get(row);
            cache.select(0, row)
                    .narrow(1, 0, segment.length())
                    .copy_(flat.narrow(0, segment.start(), segment.length()).transpose(0, 1));
        }
    }

    /// Attention of one new token a row over all that the row holds.
    private final class Step implements Attention {
        private final int rows = lengths.length;
        private final int seen = Arrays.stream(lengths).max().orElseThrow() + 1;
        private final Tensor place = Tensors.indices(lengths)
                .view(rows, 1, 1, 1)
                .expand(rows, architecture.keyValueHeads(), 1, architecture.headWidth());
        private final TensorOptional mask = mask();

        /// True where a row sees a key, `[B, 1, 1, seen]`; nothing where all rows see all.
        private TensorOptional mask() {
            if (Arrays.stream(lengths).allMatch(length -> length + 1 == seen)) {
                return new TensorOptional();
            }
            boolean[] visible = new boolean[rows * seen];
            for (int row = 0; row < rows; row++) {
                Arrays.fill(visible, row * seen, row * seen + lengths[row] + 1, true);
            }
            return new TensorOptional(Tensors.of(visible, rows, 1, 1, seen));
        }

        @Override
        public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
            Tensor allKeys = keys.get(layer).scatter_(2, place, key.unsqueeze(2));
            Tensor allValues = values.get(layer).scatter_(2, place, value.unsqueeze(2));
            int heads = architecture.keyValueHeads();
            // The query heads that share a key head stand where a sequence's positions would: no key is repeated.
            Tensor grouped = query.view(rows, heads, architecture.heads() / heads, architecture.headWidth());
            return torch.scaled_dot_product_attention(
                            grouped,
                            allKeys.narrow(2, 0, seen),
                            allValues.narrow(2, 0, seen),
                            mask,
                            0.0,
                            false,
                            new DoubleOptional(architecture.attentionScale()),
                            false)
                    .reshape(rows, architecture.queryWidth());
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
