package dev.poise.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PackedWeightTest {

    @BeforeAll
    static void start() {
        Torch.start(2);
        assumeTrue(PackedWeight.packs(ScalarType.Float), "libtorch comes without oneDNN here");
    }

    @Test
    void productsOfUpToSoManyRowsAreThoseOfTheWeightItself() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Owned owner = new Owned()) {
            Tensor weight = wave(37, 24);
            PackedWeight packed = PackedWeight.of(weight, 5, owner);
            for (int rows : new int[] {5, 1, 3}) {
                Tensor x = wave(rows, 24).mul(Tensors.scalar(0.3));
                Tensor product = packed.product(x);
                assertThat(product.shape()).containsExactly(rows, 37);
                assertThat(Tensors.toDoubles(product))
                        .containsExactly(Tensors.toDoubles(torch.linear(x, weight)), within(1e-5));
            }
            assertThatThrownBy(() -> packed.product(wave(6, 24)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a weight packed for 5 rows was given 6");
        }
    }

    /// It is its owner's alone: whatever else was made for it goes with the scope it was made in.
    @Test
    void outlivesTheScopeThatItWasMadeIn() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Owned owner = new Owned()) {
            Tensor weight = wave(37, 24);
            PackedWeight packed;
            try (PointerScope made = new PointerScope()) {
                packed = PackedWeight.of(weight, 5, owner);
            }
            // Others take the places that were left.
            for (int i = 0; i < 1000; i++) {
                wave(3, 2);
            }
            Tensor x = wave(5, 24);
            assertThat(Tensors.toDoubles(packed.product(x)))
                    .containsExactly(Tensors.toDoubles(torch.linear(x, weight)), within(1e-5));
        }
    }

    @Test
    void onlyFloat32IsPacked() {
        assertThat(PackedWeight.packs(ScalarType.Double)).isFalse();
        assertThat(PackedWeight.packs(ScalarType.BFloat16)).isFalse();
    }

    /// Distinct numbers, `[rows, columns]`.
    private static Tensor wave(int rows, int columns) {
        double[] values = IntStream.range(0, rows * columns)
                .mapToDouble(i -> Math.sin(0.7 * i + 0.1))
                .toArray();
        return Tensors.of(values, ScalarType.Float).view(rows, columns);
    }
}
