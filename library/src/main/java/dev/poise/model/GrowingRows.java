package dev.poise.model;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rows that grow a token at a time, with the keys and values of what they hold kept, so that each token is run
/// once.
///
/// Rows may be of different lengths, rows that are done can leave, and others take their places. Rows that begin
/// with the same prompt share its run. Where rotary frequencies change with a row's length, a row that grows into
/// others is run again, so that its logits are always those of a row of its length. Not thread-safe.
public final class GrowingRows implements AutoCloseable {

    private final Decoder decoder;
    private final Architecture architecture;
    private final int capacity;
    private final List<Tensor> keys = new ArrayList<>(); // per layer [B, K, capacity, W]
    private final List<Tensor> values = new ArrayList<>(); // per layer [B, K, capacity, W]
    private final Owned copies = new Owned();
    private final Maps steps; // for a token of every row
    private final AttentionProducts products;
    private final List<int[]> texts = new ArrayList<>(); // what each row holds, where it may have to run again
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
        this.lengths = new int[prompts.size()];
        if (capacity > architecture.context()) {
            throw new IllegalArgumentException("rows must fit the model's context of " + architecture.context()
                    + " tokens, got a capacity of " + capacity);
        }
        refuseOutOfRange(prompts);
        this.steps = decoder.maps().forFew(prompts.size(), copies);
        this.products = AttentionProducts.of(architecture);
        for (int layer = 0; layer < architecture.layers(); layer++) {
            keys.add(owned.keep(cache(decoder.precision().sums())));
            values.add(owned.keep(cache(decoder.precision().sums())));
        }
        this.logits = owned.keep(Tensors.empty(decoder.precision().sums(), prompts.size(), architecture.vocabulary()));
        if (capacity > architecture.steady()) {
            texts.addAll(prompts);
        }
        enter(IntStream.range(0, prompts.size()).toArray(), prompts);
    }

    private void refuseOutOfRange(List<int[]> prompts) {
        for (int[] prompt : prompts) {
            if (prompt.length == 0 || prompt.length > capacity) {
                throw new IllegalArgumentException(
                        "prompts must hold between 1 and " + capacity + " tokens, got " + prompt.length);
            }
        }
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
        append(tokens, new int[0]);
    }

    /// The same, but for rows whose places others are about to take: what they hold is lost.
    ///
    /// @param tokens one a row; those of the lost rows do not matter
    /// @param lost places of rows that [#enter] will replace before the logits are read
    public void append(int[] tokens, int[] lost) {
        int[] outgrown = outgrow(tokens, lost);
        step(
                tokens,
                IntStream.concat(Arrays.stream(lost), Arrays.stream(outgrown)).toArray());
        if (outgrown.length > 0) {
            enter(outgrown, Arrays.stream(outgrown).mapToObj(texts::get).toList());
        }
    }

    /// Notes one token more of every row that may have to run again.
    ///
    /// @return places of the rows whose rotary frequencies it changes
    private int[] outgrow(int[] tokens, int[] lost) {
        int[] growing = IntStream.range(0, texts.size())
                .filter(row -> Arrays.stream(lost).noneMatch(place -> place == row))
                .toArray();
        for (int row : growing) {
            int[] longer = Arrays.copyOf(texts.get(row), lengths[row] + 1);
            longer[lengths[row]] = tokens[row];
            texts.set(row, longer);
        }
        return Arrays.stream(growing)
                .filter(row -> architecture.turnsDiffer(lengths[row], lengths[row] + 1))
                .toArray();
    }

    private void step(int[] tokens, int[] lost) {
        for (int place : lost) {
            lengths[place] = 0;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor embedded = decoder.embed(tokens, lengths);
            int[] grown = Arrays.stream(lengths).map(length -> length + 1).toArray();
            Tensor residual = decoder.trunk(steps, embedded, decoder.rotations(lengths, grown), new Step());
            for (int row = 0; row < lengths.length; row++) {
                lengths[row]++;
            }
            logits.copy_(decoder.logits(steps, residual));
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
        if (!texts.isEmpty()) {
            List<int[]> keptTexts = Arrays.stream(rows).mapToObj(texts::get).toList();
            texts.clear();
            texts.addAll(keptTexts);
        }
    }

    /// Puts new rows into the places of others and runs their prompts, equal neighbours once.
    ///
    /// @param places which rows are replaced
    /// @param prompts what replaces each of them
    public void enter(int[] places, List<int[]> prompts) {
        refuseOutOfRange(prompts);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            List<int[]> distinct = new ArrayList<>();
            int[] prompt = new int[places.length]; // of every place, among the distinct ones
            for (int i = 0; i < places.length; i++) {
                if (i == 0 || !Arrays.equals(prompts.get(i), prompts.get(i - 1))) {
                    distinct.add(prompts.get(i));
                }
                prompt[i] = distinct.size() - 1;
                lengths[places[i]] = prompts.get(i).length;
                if (!texts.isEmpty()) {
                    texts.set(places[i], prompts.get(i));
                }
            }
            Tensor read = run(distinct, places, prompt);
            logits.index_copy_(0, Tensors.indices(places), read.index_select(0, Tensors.indices(prompt)));
        }
    }

    /// Logits after each prompt, `[P, V]`; stores keys and values where they belong.
    private Tensor run(List<int[]> prompts, int[] places, int[] promptOf) {
        int tokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        int[] ids = new int[tokens];
        int[] positions = new int[tokens];
        int[] lengthOf = new int[tokens];
        int[] last = new int[prompts.size()];
        List<Segment> segments = new ArrayList<>();
        int start = 0;
        for (int p = 0; p < prompts.size(); p++) {
            int length = prompts.get(p).length;
            System.arraycopy(prompts.get(p), 0, ids, start, length);
            for (int t = 0; t < length; t++) {
                positions[start + t] = t;
                lengthOf[start + t] = length;
            }
            segments.add(new Segment(start, length, 0, 0));
            start += length;
            last[p] = start - 1;
        }
        Attention within = new SegmentAttention(architecture, segments, tokens);
        Attention storing = (layer, query, key, value) -> {
            for (int i = 0; i < places.length; i++) {
                store(keys.get(layer), places[i], key, segments.get(promptOf[i]));
                store(values.get(layer), places[i], value, segments.get(promptOf[i]));
            }
            return within.attend(layer, query, key, value);
        };
        Tensor residual = decoder.trunk(
                decoder.maps(), decoder.embed(ids, positions), decoder.rotations(positions, lengthOf), storing);
        return decoder.logits(decoder.maps(), residual.index_select(0, Tensors.indices(last)));
    }

    private static void store(Tensor cache, int place, Tensor flat, Segment segment) {
        cache.select(0, place)
                .narrow(1, 0, segment.length())
                .copy_(flat.narrow(0, segment.start(), segment.length()).transpose(0, 1));
    }

    /// The keys that a step reads.
    ///
    /// @param from the first of them
    /// @param mask true where a row sees one, `[B, 1, 1, seen - from]`; nothing where all rows see all
    private record Sight(int from, TensorOptional mask) {

        /// @param lengths tokens of every row before the step
        static Sight of(int window, int[] lengths, int seen) {
            int[] first = Arrays.stream(lengths)
                    .map(length -> Math.max(0, length + 1 - window))
                    .toArray();
            int from = Arrays.stream(first).min().orElseThrow();
            if (Arrays.stream(lengths).allMatch(length -> length + 1 == seen)) {
                return new Sight(from, new TensorOptional());
            }
            int count = seen - from;
            boolean[] visible = new boolean[lengths.length * count];
            for (int row = 0; row < lengths.length; row++) {
                Arrays.fill(visible, row * count + first[row] - from, row * count + lengths[row] + 1 - from, true);
            }
            return new Sight(from, new TensorOptional(Tensors.of(visible, lengths.length, 1, 1, count)));
        }
    }

    /// Attention of one new token a row over all that the row holds, or what of it the layer's window shows.
    private final class Step implements Attention {
        private final int rows = lengths.length;
        private final int seen = Arrays.stream(lengths).max().orElseThrow() + 1;
        private final Tensor place = Tensors.indices(lengths)
                .view(rows, 1, 1, 1)
                .expand(rows, architecture.keyValueHeads(), 1, architecture.headWidth());
        private final Map<Integer, Sight> sights = Arrays.stream(architecture.windows())
                .boxed()
                .collect(toMap(window -> window, window -> Sight.of(window, lengths, seen)));

        @Override
        public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
            Sight sight = requireNonNull(
                    sights.get(architecture.layerTypes().get(layer).window()));
            Tensor allKeys = keys.get(layer).scatter_(2, place, key.unsqueeze(2));
            Tensor allValues = values.get(layer).scatter_(2, place, value.unsqueeze(2));
            int heads = architecture.keyValueHeads();
            // The query heads that share a key head stand where a sequence's positions would: no key is repeated.
            Tensor grouped = query.view(rows, heads, architecture.heads() / heads, architecture.headWidth());
            return products.of(
                            grouped,
                            allKeys.narrow(2, sight.from, seen - sight.from),
                            allValues.narrow(2, sight.from, seen - sight.from),
                            sight.mask,
                            false)
                    .reshape(rows, architecture.queryWidth());
        }
    }

    @Override
    public void close() {
        owned.close();
        copies.close();
    }
}
