package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rotations by position, for as many positions as were ever asked for: contexts are long, and most rows are not.
/// Those of sequences so long that their length changes the frequencies are computed each time.
///
/// Angles are computed in float64, whatever the precision: at position 2,000 float32 has lost five digits of them.
final class RotaryTable implements AutoCloseable {

    private final Rotary rotary;
    private final ScalarType type;
    private final Owned owned = new Owned();
    private Rotation table;
    private int positions;

    RotaryTable(Rotary rotary, ScalarType type) {
        this.rotary = rotary;
        this.type = type;
        this.positions = 64;
        this.table = kept();
    }

    /// The rotations of some tokens.
    ///
    /// @param asked position of each in its sequence
    /// @param lengths tokens of each one's sequence
    Rotation at(int[] asked, int[] lengths) {
        if (rotary.steady() < Integer.MAX_VALUE
                && Arrays.stream(lengths).anyMatch(length -> length > rotary.steady())) {
            return build(asked, lengths);
        }
        int last = Arrays.stream(asked).max().orElse(0);
        if (last >= positions) {
            owned.close();
            positions = Integer.highestOneBit(last) << 1;
            table = kept();
        }
        return table.at(Tensors.indices(asked));
    }

    private Rotation kept() {
        int[] lengths = new int[positions];
        Arrays.fill(lengths, 1); // any up to the steady one
        Rotation built = build(IntStream.range(0, positions).toArray(), lengths);
        return new Rotation(owned.keep(built.cosine()), owned.keep(built.sine()));
    }

    private Rotation build(int[] asked, int[] lengths) {
        int width = rotary.width();
        double[] cosine = new double[asked.length * width];
        double[] sine = new double[asked.length * width];
        double[] frequencies = new double[0];
        for (int n = 0; n < asked.length; n++) {
            if (n == 0 || lengths[n] != lengths[n - 1]) {
                frequencies = rotary.frequencies(lengths[n]);
            }
            for (int i = 0; i < width; i++) {
                double angle = asked[n] * frequencies[i % frequencies.length];
                cosine[n * width + i] = rotary.magnitude() * Math.cos(angle);
                sine[n * width + i] = rotary.magnitude() * (2 * i < width ? -Math.sin(angle) : Math.sin(angle));
            }
        }
        long[] shape = {asked.length, 1, width};
        return new Rotation(
                Tensors.of(cosine, type).view(shape), Tensors.of(sine, type).view(shape));
    }

    @Override
    public void close() {
        owned.close();
    }
}
