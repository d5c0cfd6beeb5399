package dev.poise.model;

import dev.poise.model.Architecture.Positions;
import dev.poise.model.SmallDecoder.Layer;
import dev.poise.model.SmallDecoder.Map;
import dev.poise.model.SmallDecoder.Scale;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A row of a [SmallDecoder] that grows a token at a time, its keys and values kept.
///
/// What is computed is float64 and what is read from memory float32: arrays of two types cannot overlap, so the
/// compiler runs the loops over them in vector registers.
///
/// Not thread-safe; rows of one decoder may grow in different threads.
public final class SmallRow {

    private final SmallDecoder decoder;
    private final Architecture architecture;
    private final int capacity;
    private final float[] keys; // [layer, K, W, capacity]
    private final float[] values; // [layer, K, W, capacity]
    private final double[] residual; // [D]
    private final double[] normed; // [D]
    private final double[] queryKeyValue; // [(H + 2K) W]
    private final double[] attended; // [H W]
    private final double[] inner; // [F], or [2F] where gated
    private final double[] gate; // [F]
    private final double[] scores; // [capacity]
    private final double[] logits; // [V]
    private final double[] cosines; // [W / 2] of the newest token's position, where rotary
    private final double[] sines; // [W / 2]
    private int length;

    SmallRow(SmallDecoder decoder, int capacity) {
        this.decoder = decoder;
        this.architecture = decoder.architecture;
        this.capacity = capacity;
        int cached = architecture.layers() * architecture.keyWidth() * capacity;
        this.keys = new float[cached];
        this.values = new float[cached];
        this.residual = new double[architecture.width()];
        this.normed = new double[architecture.width()];
        this.queryKeyValue = new double[architecture.queryWidth() + 2 * architecture.keyWidth()];
        this.attended = new double[architecture.queryWidth()];
        this.inner = new double[architecture.feedForward() * (architecture.gated() ? 2 : 1)];
        this.gate = new double[architecture.feedForward()];
        this.scores = new double[capacity];
        this.logits = new double[architecture.vocabulary()];
        this.cosines = new double[architecture.headWidth() / 2];
        this.sines = new double[architecture.headWidth() / 2];
    }

    /// Another row that begins with the tokens of this one, without running them again.
    public SmallRow fork() {
        SmallRow copy = new SmallRow(decoder, capacity);
        System.arraycopy(keys, 0, copy.keys, 0, keys.length);
        System.arraycopy(values, 0, copy.values, 0, values.length);
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
        if (length == capacity) {
            throw new IllegalStateException("the row is full with " + capacity + " tokens");
        }
        int width = architecture.width();
        for (int i = 0; i < width; i++) {
            residual[i] = decoder.embedding[token * width + i];
            residual[i] += decoder.positions == null ? 0 : decoder.positions[length * width + i];
        }
        if (architecture.positions() instanceof Positions.Rotary(double[] frequencies)) {
            for (int i = 0; i < frequencies.length; i++) {
                cosines[i] = Math.cos(length * frequencies[i]);
                sines[i] = Math.sin(length * frequencies[i]);
            }
        }
        for (int layer = 0; layer < decoder.layers.size(); layer++) {
            attend(layer, decoder.layers.get(layer));
            feedForward(decoder.layers.get(layer));
        }
        length++;
    }

    /// Logits of the next token, `[V]`; valid until the row changes.
    public double[] logits() {
        normalise(residual, 0, residual.length, decoder.finalNorm, normed);
        multiply(normed, decoder.head, logits);
        return logits;
    }

    private void attend(int index, Layer layer) {
        normalise(residual, 0, residual.length, layer.attentionNorm(), normed);
        multiply(normed, layer.queryKeyValue(), queryKeyValue);
        int headWidth = architecture.headWidth();
        int heads = architecture.heads();
        int keyHeads = architecture.keyValueHeads();
        turn(0, heads, layer.queryNorm());
        turn(heads, keyHeads, layer.keyNorm());
        for (int i = 0; i < architecture.keyWidth(); i++) {
            int place = (index * architecture.keyWidth() + i) * capacity + length;
            keys[place] = (float) queryKeyValue[heads * headWidth + i];
            values[place] = (float) queryKeyValue[(heads + keyHeads) * headWidth + i];
        }
        for (int head = 0; head < heads; head++) {
            int cache = (index * keyHeads + head / (heads / keyHeads)) * headWidth * capacity;
            read(head * headWidth, cache);
        }
        multiply(attended, layer.attentionOutput(), normed);
        add(normed, residual);
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
            if (architecture.positions() instanceof Positions.Rotary) {
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

    /// What one query head reads of the tokens so far and the new one.
    ///
    /// @param query where the head's query begins, and where what it reads goes
    /// @param cache where its keys and values begin
    private void read(int query, int cache) {
        int seen = length + 1;
        Arrays.fill(scores, 0, seen, 0);
        for (int i = 0; i < architecture.headWidth(); i++) {
            double factor = queryKeyValue[query + i] * architecture.attentionScale();
            addScaled(factor, keys, cache + i * capacity, seen, scores);
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int t = 0; t < seen; t++) {
            largest = Math.max(largest, scores[t]);
        }
        for (int t = 0; t < seen; t++) {
            scores[t] -= largest;
        }
        Exponential.of(scores, seen);
        double sum = 0;
        for (int t = 0; t < seen; t++) {
            sum += scores[t];
        }
        for (int i = 0; i < architecture.headWidth(); i++) {
            attended[query + i] = dot(values, cache + i * capacity, seen) / sum;
        }
    }

    /// Σ scores · row, in four sums: one would wait for itself.
    private double dot(float[] row, int start, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int t = 0;
        for (; t + 3 < count; t += 4) {
            a = Math.fma(scores[t], row[start + t], a);
            b = Math.fma(scores[t + 1], row[start + t + 1], b);
            c = Math.fma(scores[t + 2], row[start + t + 2], c);
            d = Math.fma(scores[t + 3], row[start + t + 3], d);
        }
        for (; t < count; t++) {
            a = Math.fma(scores[t], row[start + t], a);
        }
        return (a + b) + (c + d);
    }

    private void feedForward(Layer layer) {
        normalise(residual, 0, residual.length, layer.feedForwardNorm(), normed);
        multiply(normed, layer.up(), inner);
        activate(architecture.feedForward());
        multiply(inner, layer.down(), normed);
        add(normed, residual);
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

    /// y = W x + b.
    private static void multiply(double[] x, Map map, double[] y) {
        for (int o = 0; o < map.out(); o++) {
            y[o] = map.bias() == null ? 0 : map.bias()[o];
        }
        for (int i = 0; i < map.in(); i++) {
            addScaled(x[i], map.weight(), i * map.out(), map.out(), y);
        }
    }

    private static void addScaled(double factor, float[] from, int start, int count, double[] to) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.fma(factor, (double) from[start + i], to[i]);
        }
    }

    private static void add(double[] from, double[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[i];
        }
    }
}
