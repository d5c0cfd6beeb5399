package dev.poise.weights;

import static dev.poise.weights.RawFile.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

final class SafetensorsFileTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("model.safetensors");
    }

    /// 1.5, -2 as F32; 3, -0.5 as BF16; one empty tensor; one number without dimensions.
    private Path tiny() {
        return RawFile.of(
                file(),
                "{\"__metadata__\":{\"format\":\"pt\",\"ключ\":\"値\"},"
                        + entry("a", "\"F32\"", "[2,1]", "[0,8]") + ","
                        + entry("ö.b", "\"BF16\"", "[2]", "[8,12]") + ","
                        + entry("empty", "\"F64\"", "[3,0]", "[12,12]") + ","
                        + entry("scalar", "\"F16\"", "[]", "[12,14]") + "}   ",
                bytes(0x00, 0x00, 0xC0, 0x3F, 0x00, 0x00, 0x00, 0xC0, 0x40, 0x40, 0x00, 0xBF, 0x00, 0x49));
    }

    @Test
    void readsAFileByItsBytes() {
        try (SafetensorsFile file = SafetensorsFile.open(tiny())) {
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "ключ", "値"));
            assertThat(file.tensors().keySet()).containsExactly("a", "ö.b", "empty", "scalar");
            StoredTensor a = tensor(file, "a");
            assertThat(a.dtype()).isEqualTo(Dtype.F32);
            assertThat(a.shape()).containsExactly(2L, 1L);
            assertThat(a.file()).isEqualTo(file());
            assertThat(floats(a)).containsExactly(1.5F, -2F);
            assertThat(floats(tensor(file, "ö.b"))).containsExactly(3F, -0.5F);
            assertThat(tensor(file, "ö.b").offset()).isEqualTo(a.offset() + 8);
            assertThat(floats(tensor(file, "empty"))).isEmpty();
            assertThat(tensor(file, "scalar").shape()).isEmpty();
            assertThat(floats(tensor(file, "scalar"))).containsExactly(10F);
        }
    }

    @Test
    void readsAsDoubles() {
        try (SafetensorsFile file = SafetensorsFile.open(tiny())) {
            double[] numbers = new double[2];
            tensor(file, "ö.b").copyTo(MemorySegment.ofArray(numbers), Dtype.F64);
            assertThat(numbers).containsExactly(3, -0.5);
        }
    }

    @Test
    void readsDataThatStartsAnywhere() {
        String header = "{" + entry("a", "\"F64\"", "[1]", "[0,8]") + "}";
        for (int pad = 0; pad < 8; pad++) {
            Path odd = RawFile.of(file(), header + " ".repeat(pad), bytes(0, 0, 0, 0, 0, 0, 0x04, 0x40));
            try (SafetensorsFile file = SafetensorsFile.open(odd)) {
                assertThat(floats(tensor(file, "a"))).containsExactly(2.5F);
            }
        }
    }

    @Test
    void endsAccessWhenClosed() {
        SafetensorsFile file = SafetensorsFile.open(tiny());
        StoredTensor tensor = tensor(file, "a");
        file.close();
        assertThatThrownBy(() -> floats(tensor)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F64", "F32", "F16", "BF16"})
    void refusesToConvertOtherTypesByName(Dtype dtype) throws IOException {
        int size = dtype.bytes();
        Path other = RawFile.of(
                file(), "{" + entry("ids", '"' + dtype.name() + '"', "[1]", "[0," + size + "]") + "}", new byte[size]);
        try (SafetensorsFile file = SafetensorsFile.open(other)) {
            StoredTensor tensor = tensor(file, "ids");
            assertThatThrownBy(() -> floats(tensor))
                    .isInstanceOf(WeightsException.class)
                    .hasMessage(other + ", byte " + (Files.size(other) - size)
                            + ": dtype of tensor ids must be F64, F32, F16 or BF16, got " + dtype);
        }
    }

    @Test
    void convertsOnlyToFloatsAndDoublesOfTheRightNumber() {
        try (SafetensorsFile file = SafetensorsFile.open(tiny())) {
            StoredTensor a = tensor(file, "a");
            assertThatThrownBy(() -> a.copyTo(MemorySegment.ofArray(new byte[4]), Dtype.BF16))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("as must be F32 or F64, got BF16");
            assertThatThrownBy(() -> a.copyTo(MemorySegment.ofArray(new float[3]), Dtype.F32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("destination must hold 8 bytes for 2 numbers as F32, got 12");
        }
    }

    /// A header, and a part of the message with which it is refused; the data are eight bytes.
    static final List<List<String>> BAD_HEADERS = List.of(
            List.of(" {}", "byte 8: header must start with {"),
            List.of("[]", "byte 8: header must start with {"),
            List.of("\uFEFF{}", "byte 8: header must start with {"),
            List.of("{", "must be JSON"),
            List.of("{\0}\0", "must be JSON"),
            List.of("{}", "tensors must cover all 8 bytes of data, got an end at 0"),
            List.of("{} {}", "byte 11: nothing must follow the JSON object, got {"),
            List.of("{}\0", "must be JSON"),
            List.of("{'a':1}", "must be JSON"),
            List.of("{\"a\":7}", "byte 13: entry of tensor a must be an object, got 7"),
            List.of("{\"a\":null}", "entry of tensor a must be an object, got null"),
            List.of("{\"a\":{}}", "entry of tensor a must have dtype, shape and two data_offsets, got less"),
            List.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "must have dtype, shape and two data_offsets"),
            List.of("{\"a\":{\"stride\":[2]}}", "must have dtype, shape and data_offsets, got stride"),
            List.of(one("\"F31\"", "[2]", "[0,8]"), "dtype of tensor a must be one of [BOOL, U8,"),
            List.of(one("\"f32\"", "[2]", "[0,8]"), "got f32"),
            List.of(one("32", "[2]", "[0,8]"), "byte 22: dtype of tensor a must be a string, got 32"),
            List.of(one("\"F32\"", "2", "[0,8]"), "shape of tensor a must be an array of whole numbers, got 2"),
            List.of(one("\"F32\"", "{\"0\":2}", "[0,8]"), "must be an array of whole numbers, got {"),
            List.of(one("\"F32\"", "[[2]]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got ["),
            List.of(one("\"F32\"", "[2.0]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got 2.0"),
            List.of(one("\"F32\"", "[2e0]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got 2e0"),
            List.of(one("\"F32\"", "[\"2\"]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got 2"),
            List.of(one("\"F32\"", "[true]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got true"),
            List.of(one("\"F32\"", "[-2]", "[0,8]"), "shape of tensor a must hold whole numbers from 0"),
            List.of(one("\"F32\"", "[-0,2]", "[0,8]"), "must hold whole numbers from 0 to 2^63 - 1, got -0"),
            List.of(one("\"F32\"", "[9223372036854775808]", "[0,8]"), "got 9223372036854775808"),
            List.of(one("\"F32\"", "[NaN]", "[0,8]"), "must be JSON"),
            List.of(one("\"F32\"", "[2,]", "[0,8]"), "must be JSON"),
            List.of(one("\"F32\"", "[9223372036854775807]", "[0,8]"), "must fit the file"),
            List.of(one("\"F32\"", "[4294967296,4294967296]", "[0,8]"), "must fit the file"),
            List.of(one("\"F32\"", "[4611686018427387906]", "[0,8]"), "must fit the file"),
            List.of(one("\"F32\"", "[1000000000000]", "[0,8]"), "must span the 4000000000000 bytes"),
            List.of(one("\"F32\"", "[3]", "[0,8]"), "must span the 12 bytes of F32[3], got 8"),
            List.of(one("\"F32\"", "[1]", "[0,8]"), "must span the 4 bytes of F32[1], got 8"),
            List.of(one("\"F32\"", "[" + "1,".repeat(64) + "2]", "[0,8]"), "must have at most 64 numbers"),
            List.of(one("\"F32\"", "[2]", "[0]"), "must have dtype, shape and two data_offsets"),
            List.of(one("\"F32\"", "[2]", "[0,4,8]"), "data_offsets of tensor a must have at most 2 numbers"),
            List.of(one("\"F32\"", "[2]", "[8,0]"), "must be ordered and within the 8 bytes of data, got [8, 0]"),
            List.of(one("\"F32\"", "[2]", "[-8,0]"), "data_offsets of tensor a must hold whole numbers from 0"),
            List.of(one("\"F32\"", "[2]", "[8,16]"), "must be ordered and within the 8 bytes of data, got [8, 16]"),
            List.of(one("\"F32\"", "[2]", "[9223372036854775799,9223372036854775807]"), "within the 8 bytes"),
            List.of(one("\"F32\"", "[1]", "[4,8]"), "data of tensor a must begin at 0, got 4, which leaves a hole"),
            List.of(one("\"F32\"", "[1]", "[0,4]"), "tensors must cover all 8 bytes of data, got an end at 4"),
            List.of(two("[0,4]", "[5,8]", "U8", "[4]", "[3]"), "tensor b must begin at 4, got 5, which leaves a hole"),
            List.of(two("[0,5]", "[4,8]", "U8", "[5]", "[4]"), "tensor b must begin at 5, got 4, which overlaps"),
            List.of(two("[0,8]", "[0,8]", "F32", "[2]", "[2]"), "tensor b must begin at 8, got 0, which overlaps"),
            List.of(two("[0,8]", "[2,2]", "U8", "[8]", "[0]"), "tensor b must begin at 8, got 2, which overlaps"),
            List.of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "Duplicate"),
            List.of("{" + "\"__metadata__\":{},".repeat(2) + body("\"F32\"", "[2]", "[0,8]") + "}", "Duplicate"),
            List.of("{" + body("\"F32\"", "[2]", "[0,8]") + "," + body("\"F32\"", "[2]", "[0,8]") + "}", "Duplicate"),
            List.of("{\"__metadata__\":{\"x\":1}}", "an entry of __metadata__ must be a string, got 1"),
            List.of("{\"__metadata__\":[]}", "__metadata__ must be an object, got ["),
            List.of("{\"a\":" + "[".repeat(100_000), "entry of tensor a must be an object, got ["),
            List.of("{\"" + "n".repeat(60_000) + "\":{}}", "must be JSON"));

    @ParameterizedTest
    @FieldSource("BAD_HEADERS")
    void refusesAHeaderThatDoesNotDescribeTheData(List<String> headerAndMessage) {
        Path bad = RawFile.of(file(), headerAndMessage.getFirst(), new byte[8]);
        assertThatThrownBy(() -> SafetensorsFile.open(bad))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(bad.toString())
                .hasMessageContaining(headerAndMessage.getLast())
                .satisfies(refusal ->
                        assertThat(refusal.getMessage()).hasSizeLessThan(2000).doesNotContain("\n", "\0"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, byte 8: header must start with {",
        "3, must be at most 2 bytes",
        "-1, got 18446744073709551615",
        "9223372036854775807, got 9223372036854775807",
        "100000001, got 100000001",
    })
    void refusesALengthThatLies(long length, String message) {
        Path bad = RawFile.withLength(file(), length, "{}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> SafetensorsFile.open(bad))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesAHeaderBeyondTheFormatsLimitThoughTheFileIsLongEnough() throws IOException {
        Path sparse = file();
        try (RandomAccessFile bytes = new RandomAccessFile(sparse.toFile(), "rw")) {
            bytes.setLength(8 + 100_000_001L);
            bytes.writeLong(Long.reverseBytes(100_000_001L));
            bytes.write('{');
        }
        assertThatThrownBy(() -> SafetensorsFile.open(sparse))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("header length must be at most 100000000 bytes");
    }

    @Test
    void refusesAHeaderThatIsNotUtf8AtItsByte() {
        byte[] text = "{\"__metadata__\":{\"a\":\"b\"}}".getBytes(StandardCharsets.UTF_8);
        text[21] = (byte) 0xC0;
        Path bad = RawFile.withLength(file(), text.length, text);
        assertThatThrownBy(() -> SafetensorsFile.open(bad))
                .isInstanceOf(WeightsException.class)
                .hasMessage(bad + ", byte 29: must be UTF-8, got a byte that is not");
    }

    @Test
    void refusesACharacterCutOffByTheHeadersEnd() {
        byte[] text = "{\"ä".getBytes(StandardCharsets.UTF_8);
        Path bad = RawFile.withLength(file(), 3, text);
        assertThatThrownBy(() -> SafetensorsFile.open(bad))
                .isInstanceOf(WeightsException.class)
                .hasMessage(bad + ", byte 10: must be UTF-8, got a byte that is not");
    }

    @Test
    void refusesMoreTensorsThanAnyModelHas() {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= 250_000; i++) {
            header.append(i == 0 ? "" : ",").append(entry("t" + i, "\"F32\"", "[0]", "[0,0]"));
        }
        Path bad = RawFile.of(file(), header.append("}").toString());
        assertThatThrownBy(() -> SafetensorsFile.open(bad))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("header must have at most 250000 entries, got more");
    }

    @Test
    void refusesWhatIsNoFile() throws IOException {
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(WeightsException.class)
                .hasMessage(file() + ": must be a safetensors file, got nothing");
        assertThatThrownBy(() -> SafetensorsFile.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessage(directory + ": must be a safetensors file, got no regular file");
        Files.write(file(), new byte[7]);
        assertThatThrownBy(() -> SafetensorsFile.open(file()))
                .isInstanceOf(WeightsException.class)
                .hasMessage(file() + ": must start with 8 bytes of length, got 7");
    }

    /// Whatever happens to a file: it reads, and then completely, or it is refused.
    @Test
    void readsOrRefusesEveryCorruption() throws IOException {
        byte[] valid = Files.readAllBytes(tiny());
        SplittableRandom random = new SplittableRandom(20);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            Files.write(file(), corrupted(valid, random));
            try (SafetensorsFile file = SafetensorsFile.open(file())) {
                for (StoredTensor tensor : file.tensors().values()) {
                    assertThat(tensor.bytes().toArray(ValueLayout.JAVA_BYTE))
                            .hasSize((int) tensor.elements() * tensor.dtype().bytes());
                    readIfConvertible(tensor);
                }
            } catch (WeightsException refusal) {
                assertThat(refusal).hasMessageStartingWith(file().toString());
                refused++;
            }
        }
        assertThat(refused).isBetween(1500, 2999);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] valid = Files.readAllBytes(tiny());
        for (int size = 0; size < valid.length; size++) {
            Files.write(file(), Arrays.copyOf(valid, size));
            assertThatThrownBy(() -> SafetensorsFile.open(file())).isInstanceOf(WeightsException.class);
        }
    }

    private static byte[] corrupted(byte[] valid, SplittableRandom random) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : valid) {
            bytes.add(b);
        }
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes && bytes.size() > 1; i++) {
            int place = random.nextInt(bytes.size());
            switch (random.nextInt(5)) {
                case 0 -> bytes.set(place, (byte) (bytes.get(place) ^ 1 << random.nextInt(8)));
                case 1 -> bytes.set(place, (byte) "0123456789-.eE[]{},:\" \0".charAt(random.nextInt(23)));
                case 2 -> bytes.remove(place);
                case 3 -> bytes.add(place, bytes.get(random.nextInt(bytes.size())));
                default -> bytes = new ArrayList<>(bytes.subList(0, place));
            }
        }
        byte[] result = new byte[bytes.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = bytes.get(i);
        }
        return result;
    }

    private static void readIfConvertible(StoredTensor tensor) {
        if (tensor.dtype().isConvertible()) {
            assertThat(floats(tensor)).hasSize((int) tensor.elements());
        }
    }

    private static String body(String dtype, String shape, String offsets) {
        return entry("a", dtype, shape, offsets);
    }

    private static String one(String dtype, String shape, String offsets) {
        return "{" + body(dtype, shape, offsets) + "}";
    }

    private static String two(String first, String second, String dtype, String firstShape, String secondShape) {
        String quoted = '"' + dtype + '"';
        return "{" + entry("a", quoted, firstShape, first) + "," + entry("b", quoted, secondShape, second) + "}";
    }

    private static StoredTensor tensor(SafetensorsFile file, String name) {
        return Objects.requireNonNull(file.tensors().get(name), name);
    }

    private static float[] floats(StoredTensor tensor) {
        float[] numbers = new float[(int) tensor.elements()];
        tensor.copyTo(MemorySegment.ofArray(numbers), Dtype.F32);
        return numbers;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
