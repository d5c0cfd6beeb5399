package dev.poise.model;

import dev.poise.torch.Owned;
import dev.poise.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rotations by position, for as many positions as were ever asked for: contexts are long, and most rows are not.
///
/// Angles are computed in float64, whatever the precision: at position 2,000 float32 has lost five digits of them.
final class RotaryTable implements AutoCloseable {

    private final double[] frequencies;
    private final ScalarType type;
    private final Owned owned = new Owned();
    private Rotation table;
    private int positions;

    RotaryTable(double[] frequencies, ScalarType type) {
        this.frequencies = frequencies;
        this.type = type;
        this.positions = 64;
        this.table = build();
    }

    /// The rotations of some positions.
    Rotation at(int[] asked) {
        int last = Arrays.stream(asked).max().orElse(0);
        if (last >= positions) {
            owned.close();
            positions = Integer.highestOneBit(last) << 1;
            table = build();
        }
        return table.at(Tensors.indices(asked));
    }

    private Rotation build() {
        int width = 2 * frequencies.length;
        double[] cosine = new double[positions * width];
        double[] sine = new double[positions * width];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < width; i++) {
                double angle = p * frequencies[i % frequencies.length];
                cosine[p * width + i] = Math.cos(angle);
                sine[p * width + i] = i < frequencies.length ? -Math.sin(angle) : Math.sin(angle);
            }
        }
        long[] shape = {positions, 1, width};
        return new Rotation(
                owned.keep(Tensors.of(cosine, type).view(shape)),
                owned.keep(Tensors.of(sine, type).view(shape)));
    }

    @Override
    public void close() {
        owned.close();
    }
}
