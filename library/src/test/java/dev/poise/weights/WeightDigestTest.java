package dev.poise.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WeightDigestTest {

    @Test
    void hashesNamesTypesShapesAndBytesInTheOrderOfNames() throws NoSuchAlgorithmException {
        ByteBuffer expected = ByteBuffer.allocate(200);
        expected.putLong(1)
                .put((byte) 'a')
                .putLong(3)
                .put((byte) 'F')
                .put((byte) '1')
                .put((byte) '6');
        expected.putLong(2).putLong(1).putLong(2).putLong(4).putInt(0x01020304);
        expected.putLong(1).put((byte) 'b').putLong(2).put((byte) 'I').put((byte) '8');
        expected.putLong(0).putLong(1).put((byte) 9);
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(expected.flip());
        assertThat(WeightDigest.sha256(List.of(
                        tensor("b", Dtype.I8, List.of(), 9), tensor("a", Dtype.F16, List.of(1L, 2L), 1, 2, 3, 4))))
                .isEqualTo(HexFormat.of().formatHex(sha256.digest()));
    }

    @Test
    void changesWithEveryPart() {
        assertThat(List.of(
                        digest("a", Dtype.F16, List.of(1L, 2L), 1, 2, 3, 4),
                        digest("b", Dtype.F16, List.of(1L, 2L), 1, 2, 3, 4),
                        digest("a", Dtype.BF16, List.of(1L, 2L), 1, 2, 3, 4),
                        digest("a", Dtype.F16, List.of(2L, 1L), 1, 2, 3, 4),
                        digest("a", Dtype.F16, List.of(2L), 1, 2, 3, 4),
                        digest("a", Dtype.F16, List.of(1L, 2L), 1, 2, 3, 5)))
                .doesNotHaveDuplicates();
    }

    private static String digest(String name, Dtype dtype, List<Long> shape, int... values) {
        return WeightDigest.sha256(List.of(tensor(name, dtype, shape, values)));
    }

    private static StoredTensor tensor(String name, Dtype dtype, List<Long> shape, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new StoredTensor(name, dtype, shape, MemorySegment.ofArray(bytes), Path.of("w.safetensors"), 0);
    }
}
