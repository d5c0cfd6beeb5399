package dev.poise.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/// What leaves a native scope lives as long as the caller's, and nothing else does.
final class HandedOutTest {

    @Test
    void onlyTheResultOutlivesTheWork() {
        List<Tensor> onTheWay = new ArrayList<>();
        Tensor result;
        try (PointerScope scope = new PointerScope()) {
            Tensor outside = Tensors.of(new double[] {1, -2, 3}, ScalarType.Double);
            result = Torch.handedOut(() -> {
                Tensor doubled = outside.add(outside);
                onTheWay.add(doubled);
                return doubled.mul(outside);
            });
            assertThat(onTheWay.getFirst().isNull()).isTrue();
            assertThat(Tensors.toDoubles(result)).containsExactly(2, 8, 18);
            assertThat(Tensors.toDoubles(Torch.handedOut(() -> outside))).containsExactly(1, -2, 3);
            assertThat(Tensors.toDoubles(outside)).containsExactly(1, -2, 3);
        }
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void asksForAScopeToHandOutTo() {
        assertThatThrownBy(() -> Torch.handedOut(() -> Tensors.zeros(ScalarType.Float, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none is open");
    }
}
