package dev.poise.model;

import dev.poise.model.SmallDecoder.Layer;
import dev.poise.model.SmallDecoder.Scale;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row of a [SmallDecoder] that grows a token at a time, its keys and values kept.
///
/// Products are summed in float32 or as integers, all else in float64. What a loop reads from memory is of another
/// type than what it writes: arrays of two types cannot overlap, so the compiler runs it in vector registers. Sums of
/// integers it runs there too, since their order does not matter.
///
/// Not thread-safe; rows of one decoder may grow in different threads.
public final class SmallRow {

    private static final float STEPS = 64; // in which scores are told apart when the largest is looked for

    private final SmallDecoder decoder;
    private final Architecture architecture;
    private final int capacity;
    private final SmallCache keys; // [layer, K, W, capacity]
    private final SmallCache values; // [layer, K, W, capacity]
    private final double[] residual; // [D]
    private final double[] normed; // [D]
    private final double[] queryKeyValue; // [(H + 2K) W]
    private final double[] attended; // [H W]
    private final double[] inner; // [F], or [2F] where gated
    private final double[] gate; // [F]
    private final float[] scores; // [2, capacity] of two query heads
    private final int[][] weights; // [2, capacity] of two query heads
    private final int one; // a weight of 1
    private final double[] logits; // [V]
    private @Nullable SmallProducts products; // of the first of rows that grow together
    private final float[] factors; // [2, W] of two query heads
    private final long[] gathered; // [2] of a coordinate, by two query heads
    private final double[] cosines; // [W / 2] of the newest token's position, where rotary
    private final double[] sines; // [W / 2]
    private int length;

    SmallRow(SmallDecoder decoder, int capacity) {
        this.decoder = decoder;
        this.architecture = decoder.architecture;
        this.capacity = capacity;
        int coordinates = architecture.layers() * architecture.keyWidth();
        this.keys = new SmallCache(coordinates, capacity);
        this.values = new SmallCache(coordinates, capacity);
        this.residual = new double[architecture.width()];
        this.normed = new double[architecture.width()];
        this.queryKeyValue = new double[architecture.queryWidth() + 2 * architecture.keyWidth()];
        this.attended = new double[architecture.queryWidth()];
        this.inner = new double[architecture.feedForward() * (architecture.gated() ? 2 : 1)];
        this.gate = new double[architecture.feedForward()];
        this.scores = new float[2 * capacity];
        this.weights = new int[2][capacity];
        // As many values as there may be, each times a weight of 1, must add up to less than 2^63.
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(capacity);
        this.one = 1 << Math.min(SmallCache.BITS, Long.SIZE - 2 - SmallCache.BITS - bits);
        this.logits = new double[architecture.vocabulary()];
        this.factors = new float[2 * architecture.headWidth()];
        this.gathered = new long[2];
        this.cosines = new double[architecture.headWidth() / 2];
        this.sines = new double[architecture.headWidth() / 2];
    }

    /// Another row that begins with the tokens of this one, without running them again.
    public SmallRow fork() {
        SmallRow copy = new SmallRow(decoder, capacity);
        copy.keys.take(keys);
        copy.values.take(values);
        System.arraycopy(residual, 0, copy.residual, 0, residual.length);
        copy.length = length;
        return copy;
    }

    /// Tokens so far.
    public int length() {
        return length;
    }

    /// Appends a token and runs it.
    public void append(int token) {
        append(List.of(this), new int[] {token});
    }

    /// Appends a token to each of some rows of one decoder, whose weights are read once for all of them. No row's
    /// results depend on the others.
    ///
    /// @param tokens one a row
    public static void append(List<SmallRow> rows, int[] tokens) {
        for (int i = 0; i < rows.size(); i++) {
            rows.get(i).enter(tokens[i]);
        }
        SmallDecoder decoder = rows.getFirst().decoder;
        SmallProducts products = rows.getFirst().products();
        for (int index = 0; index < decoder.layers.size(); index++) {
            Layer layer = decoder.layers.get(index);
            rows.forEach(row -> row.normalise(layer.attentionNorm()));
            products.multiply(rows, row -> row.normed, layer.queryKeyValue(), row -> row.queryKeyValue);
            for (SmallRow row : rows) {
                row.attend(index, layer, products);
            }
            products.multiply(rows, row -> row.attended, layer.attentionOutput(), row -> row.normed);
            rows.forEach(row -> add(row.normed, row.residual));
            rows.forEach(row -> row.normalise(layer.feedForwardNorm()));
            products.multiply(rows, row -> row.normed, layer.up(), row -> row.inner);
            rows.forEach(row -> row.activate(row.architecture.feedForward()));
            products.multiply(rows, row -> row.inner, layer.down(), row -> row.normed);
            rows.forEach(row -> add(row.normed, row.residual));
        }
        rows.forEach(row -> row.length++);
    }

    private SmallProducts products() {
        if (products == null) {
            products = new SmallProducts(decoder.widest);
        }
        return products;
    }

    /// Logits of the next token, `[V]`; valid until the row changes.
    public double[] logits() {
        return logits(List.of(this)).getFirst();
    }

    /// Logits of each row's next token, `[V]`; valid until the row changes.
    ///
    /// @param rows of one decoder
    public static List<double[]> logits(List<SmallRow> rows) {
        SmallDecoder decoder = rows.getFirst().decoder;
        rows.forEach(row -> row.normalise(decoder.finalNorm));
        rows.getFirst().products().multiply(rows, row -> row.normed, decoder.head, row -> row.logits);
        return rows.stream().map(row -> row.logits).toList();
    }

    /// Puts a token's embedding into the residual stream.
    private void enter(int token) {
        if (length == capacity) {
            throw new IllegalStateException("the row is full with " + capacity + " tokens");
        }
        int width = architecture.width();
        for (int i = 0; i < width; i++) {
            residual[i] = decoder.embedding[token * width + i];
            residual[i] += decoder.positions == null ? 0 : decoder.positions[length * width + i];
        }
        Rotary rotary = decoder.rotary;
        double[] frequencies = rotary == null ? new double[0] : rotary.frequencies(1);
        for (int i = 0; rotary != null && i < frequencies.length; i++) {
            cosines[i] = rotary.magnitude() * Math.cos(length * frequencies[i]);
            sines[i] = rotary.magnitude() * Math.sin(length * frequencies[i]);
        }
    }

    /// From queries, keys and values to what the heads gathered.
    private void attend(int index, Layer layer, SmallProducts products) {
        int headWidth = architecture.headWidth();
        int heads = architecture.heads();
        int keyHeads = architecture.keyValueHeads();
        turn(0, heads, layer.queryNorm());
        turn(heads, keyHeads, layer.keyNorm());
        for (int i = 0; i < architecture.keyWidth(); i++) {
            int coordinate = index * architecture.keyWidth() + i;
            keys.put(coordinate, length, queryKeyValue[heads * headWidth + i]);
            values.put(coordinate, length, queryKeyValue[(heads + keyHeads) * headWidth + i]);
        }
        int sharing = heads / keyHeads;
        for (int head = 0; head < heads; ) {
            int together = Math.min(2, sharing - head % sharing);
            read(products, together, head * headWidth, (index * keyHeads + head / sharing) * headWidth);
            head += together;
        }
    }

    /// Normalises and rotates some heads in place.
    private void turn(int firstHead, int count, @Nullable Scale norm) {
        int width = architecture.headWidth();
        for (int head = firstHead; head < firstHead + count; head++) {
            int start = head * width;
            if (norm != null) {
                normalise(queryKeyValue, start, width, norm, normed);
                System.arraycopy(normed, 0, queryKeyValue, start, width);
            }
            if (decoder.rotary != null) {
                rotate(start, width / 2);
            }
        }
    }

    private void rotate(int start, int half) {
        for (int i = start; i < start + half; i++) {
            double a = queryKeyValue[i];
            double b = queryKeyValue[i + half];
            queryKeyValue[i] = a * cosines[i - start] - b * sines[i - start];
            queryKeyValue[i + half] = b * cosines[i - start] + a * sines[i - start];
        }
    }

    /// What one or two query heads read of the tokens so far and the new one.
    ///
    /// @param together how many, which share keys and values
    /// @param query where the first one's query begins, and where what it reads goes
    /// @param first the first coordinate of their keys and values
    private void read(SmallProducts products, int together, int query, int first) {
        int seen = length + 1;
        int width = architecture.headWidth();
        for (int head = 0; head < together; head++) {
            for (int i = 0; i < width; i++) {
                factors[head * width + i] = (float) (queryKeyValue[query + head * width + i]
                        * architecture.attentionScale()
                        * keys.scale(first + i));
            }
        }
        products.scores(together, factors, width, keys.numbers(), first * capacity, capacity, seen, scores);
        for (int head = 0; head < together; head++) {
            int start = head * capacity;
            Exponential.of(scores, start, bound(scores, start, seen), seen, one, weights[head]);
        }
        double sum = sum(weights[0], seen);
        if (together == 1) {
            for (int i = 0; i < width; i++) {
                attended[query + i] =
                        dot(weights[0], values.numbers(), (first + i) * capacity, seen) / sum * values.scale(first + i);
            }
            return;
        }
        double sum2 = sum(weights[1], seen);
        for (int i = 0; i < width; i++) {
            dots(weights[0], weights[1], values.numbers(), (first + i) * capacity, seen, gathered);
            attended[query + i] = gathered[0] / sum * values.scale(first + i);
            attended[query + width + i] = gathered[1] / sum2 * values.scale(first + i);
        }
    }

    /// A number that no score is above and the largest one hardly below: the nearest of integers is found in vector
    /// registers, and softmax asks for no more.
    private static float bound(float[] scores, int start, int count) {
        int largest = Integer.MIN_VALUE;
        for (int i = start; i < start + count; i++) {
            largest = Math.max(largest, (int) (scores[i] * STEPS));
        }
        return (largest + 1f) / STEPS;
    }

    private static long sum(int[] of, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += of[i];
        }
        return sum;
    }

    /// Sums of two weightings of the same numbers.
    private static void dots(int[] weights, int[] others, int[] of, int start, int count, long[] sums) {
        long sum = 0;
        long other = 0;
        for (int i = 0; i < count; i++) {
            sum += (long) weights[i] * of[start + i];
            other += (long) others[i] * of[start + i];
        }
        sums[0] = sum;
        sums[1] = other;
    }

    private static long dot(int[] weights, int[] of, int start, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (long) weights[i] * of[start + i];
        }
        return sum;
    }

    /// What goes down: the activation, times the other half where gated.
    private void activate(int width) {
        switch (architecture.activation()) {
            case SILU -> sigmoidGate(width, 1, 0);
            // (1 + tanh z) / 2 = σ(2z), at z = √(2/π) (x + 0.044715 x³)
            case GELU_TANH -> sigmoidGate(width, 2 * Math.sqrt(2 / Math.PI), 0.044715);
            case RELU -> {
                for (int i = 0; i < width; i++) {
                    inner[i] = Math.max(0, inner[i]);
                }
            }
            case GELU -> throw new IllegalStateException("the exact GELU is not computed here");
        }
        for (int i = 0; architecture.gated() && i < width; i++) {
            inner[i] *= inner[width + i];
        }
    }

    /// x σ(scale (x + cubic x³)).
    private void sigmoidGate(int width, double scale, double cubic) {
        for (int i = 0; i < width; i++) {
            double x = inner[i];
            gate[i] = -scale * (x + cubic * x * x * x);
        }
        Exponential.of(gate, width);
        for (int i = 0; i < width; i++) {
            inner[i] /= 1 + gate[i];
        }
    }

    /// What a block, or the head, reads of the residual stream.
    private void normalise(Scale scale) {
        normalise(residual, 0, residual.length, scale, normed);
    }

    private void normalise(double[] from, int start, int count, Scale scale, double[] to) {
        float[] shift = scale.shift();
        double mean = 0;
        for (int i = 0; shift != null && i < count; i++) {
            mean += from[start + i] / (double) count;
        }
        double variance = 0;
        for (int i = 0; i < count; i++) {
            double centred = from[start + i] - mean;
            variance += centred * centred;
        }
        double factor = 1 / Math.sqrt(variance / count + architecture.norm().epsilon());
        for (int i = 0; i < count; i++) {
            double normal = (from[start + i] - mean) * factor * scale.scale()[i];
            to[i] = shift == null ? normal : normal + shift[i];
        }
    }

    private static void add(double[] from, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[i];
        }
    }
}
