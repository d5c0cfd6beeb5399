package dev.poise.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsWriterTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("model.safetensors");
    }

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        SafetensorsWriter.write(
                file(),
                List.of(
                        of("b", Dtype.BF16, List.of(2L), 3F, -0.5F),
                        of("ö", Dtype.F32, List.of(2L, 1L), 1.5F, -2F),
                        of("a", Dtype.BF16, List.of(), 1F)));
        String json = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"ö\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[10,14]}}";
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        int padded = (header.length + 7) / 8 * 8;
        assertThat(padded).as("padding is exercised").isGreaterThan(header.length);
        ByteBuffer expected = ByteBuffer.allocate(8 + padded + 14).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded)
                .put(header)
                .put(" ".repeat(padded - header.length).getBytes(StandardCharsets.UTF_8));
        expected.putInt(0x3FC00000).putInt(0xC0000000).putShort((short) 0x3F80);
        expected.putShort((short) 0x4040).putShort((short) 0xBF00);
        assertThat(Files.readAllBytes(file())).isEqualTo(expected.array());
        assertThat(directory).isDirectoryNotContaining("glob:**.partial");
    }

    /// The real files were written by the reference implementation.
    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "tiny-random-gpt2", "tiny-gpt2-sft"})
    void rewritesRealModelsByteForByte(String model) throws IOException {
        String data = System.getenv("POISE_DATA");
        assumeTrue(data != null, "POISE_DATA is not set: no real model to rewrite");
        Path real = Path.of(Objects.requireNonNull(data))
                .resolve("models")
                .resolve(model)
                .resolve("model.safetensors");
        try (SafetensorsFile original = SafetensorsFile.open(real)) {
            List<OutgoingTensor> tensors = new ArrayList<>(original.tensors().values().stream()
                    .map(OutgoingTensor::copyOf)
                    .toList());
            Collections.shuffle(tensors, new Random(5));
            SafetensorsWriter.write(file(), tensors);
        }
        assertThat(Files.mismatch(file(), real)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"F32, F32", "F32, F64", "F64, F64", "F32, BF16", "F64, BF16", "F32, F16", "F64, F16", "F64, F32"})
    void readsBackWhatItConverted(Dtype held, Dtype stored) {
        // More numbers than go through memory at once, all exact in the narrowest type.
        int count = 300_007;
        float[] floats = new float[count];
        double[] doubles = new double[count];
        for (int i = 0; i < count; i++) {
            doubles[i] = i % 251 - 100;
            floats[i] = (float) doubles[i];
        }
        MemorySegment numbers = held == Dtype.F32 ? MemorySegment.ofArray(floats) : MemorySegment.ofArray(doubles);
        SafetensorsWriter.write(
                file(), List.of(new OutgoingTensor("w", stored, List.of((long) count), held, () -> numbers)));
        try (SafetensorsFile file = SafetensorsFile.open(file())) {
            StoredTensor tensor = Objects.requireNonNull(file.tensors().get("w"));
            assertThat(tensor.dtype()).isEqualTo(stored);
            double[] read = new double[count];
            tensor.copyTo(MemorySegment.ofArray(read), Dtype.F64);
            assertThat(read).isEqualTo(doubles);
        }
    }

    @Test
    void asksForOneTensorAfterTheOther() {
        float[] shared = new float[2];
        List<OutgoingTensor> tensors = Stream.of(7F, 3F)
                .map(value -> new OutgoingTensor("t" + value, Dtype.F32, List.of(2L), Dtype.F32, () -> {
                    shared[0] = value;
                    shared[1] = -value;
                    return MemorySegment.ofArray(shared);
                }))
                .toList();
        SafetensorsWriter.write(file(), tensors);
        try (SafetensorsFile file = SafetensorsFile.open(file())) {
            assertThat(floats(file, "t7.0")).containsExactly(7, -7);
            assertThat(floats(file, "t3.0")).containsExactly(3, -3);
        }
    }

    @Test
    void leavesTheOldFileWhenAnythingFails() throws IOException {
        SafetensorsWriter.write(file(), List.of(of("w", Dtype.F32, List.of(1L), 4F)));
        byte[] before = Files.readAllBytes(file());
        OutgoingTensor failing = new OutgoingTensor("v", Dtype.F32, List.of(1L), Dtype.F32, () -> {
            throw new IllegalStateException("no memory left on the device");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(file(), List.of(of("a", Dtype.F32, List.of(1L), 5F), failing)))
                .hasMessage("no memory left on the device");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(directory).isDirectoryNotContaining("glob:**.partial");
    }

    @Test
    void replacesAFileThatIsBeingRead() {
        SafetensorsWriter.write(file(), List.of(of("w", Dtype.F32, List.of(3L), 4F, 5F, 6F)));
        try (SafetensorsFile old = SafetensorsFile.open(file())) {
            SafetensorsWriter.write(file(), List.of(of("w", Dtype.F32, List.of(1L), 9F)));
            assertThat(floats(old, "w")).containsExactly(4, 5, 6);
        }
        try (SafetensorsFile replaced = SafetensorsFile.open(file())) {
            assertThat(floats(replaced, "w")).containsExactly(9);
        }
    }

    @Test
    void refusesWhatItCannotWrite() {
        OutgoingTensor w = of("w", Dtype.F32, List.of(1L), 4F);
        assertThatThrownBy(() -> SafetensorsWriter.write(file(), List.of(w, w)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensors must have distinct names, got twice w");
        assertThatThrownBy(() -> SafetensorsWriter.write(file(), List.of(of("w", Dtype.BF16, List.of(2L, 2L), 4F, 5F))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("numbers of w must be the 16 bytes of F32[2, 2], got 8");
        assertThatThrownBy(() -> of("w", Dtype.I64, List.of(1L), 4F))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("held of w must be I64 or a type that converts to it, got F32");
        assertThatThrownBy(() -> of("w", Dtype.F32, List.of(-1L, -1L), 4F))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of w must be of sizes that fit a file, got [-1, -1]");
        assertThatThrownBy(() -> of("__metadata__", Dtype.F32, List.of(1L), 4F))
                .isInstanceOf(IllegalArgumentException.class);
        Path nowhere = directory.resolve("absent").resolve("model.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(nowhere, List.of(w)))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(nowhere + ": could not be written: ");
    }

    private static OutgoingTensor of(String name, Dtype dtype, List<Long> shape, float... numbers) {
        return new OutgoingTensor(name, dtype, shape, Dtype.F32, () -> MemorySegment.ofArray(numbers));
    }

    private static float[] floats(SafetensorsFile file, String name) {
        StoredTensor tensor = Objects.requireNonNull(file.tensors().get(name));
        float[] numbers = new float[(int) tensor.elements()];
        tensor.copyTo(MemorySegment.ofArray(numbers), Dtype.F32);
        return numbers;
    }
}
