package dev.poise.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.RealData;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Held against the `sentencepiece` package: ids and text in the golden file are its own (`make_sentencepiece.py`).
final class SentencePieceTest {

    private static final JsonNode GOLDEN =
            JsonMapper.shared().readTree(Path.of("src/test/resources/golden/sentencepiece.json"));

    static Stream<String> models() {
        return GOLDEN.path("models").propertyNames().stream();
    }

    @Test
    void goldensAreThere() {
        assertThat(models()).hasSize(8);
        assertThat(GOLDEN.path("texts").size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("models")
    void cutsHardTextsAsThePackageDoes(String name) {
        SentencePiece model = SentencePiece.parse(TinyModels.content(name));
        JsonNode golden = GOLDEN.path("models").path(name);
        assertThat(model.pieces()).hasSize(golden.path("vocabulary").intValue());
        for (int index = 0; index < GOLDEN.path("texts").size(); index++) {
            String text = GOLDEN.path("texts").path(index).stringValue();
            int[] expected = ints(golden.path("ids").path(index));
            assertThat(model.encode(text, true)).as("text %s: %s", index, text).isEqualTo(expected);
            assertThat(model.decode(expected, true))
                    .as("text %s: %s", index, text)
                    .isEqualTo(golden.path("decoded").path(index).stringValue());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void decodesAnyIdsAsThePackageDoes(String name) {
        SentencePiece model = SentencePiece.parse(TinyModels.content(name));
        JsonNode golden = GOLDEN.path("models").path(name);
        for (int index = 0; index < golden.path("drawn").size(); index++) {
            assertThat(model.decode(ints(golden.path("drawn").path(index)), true))
                    .as("ids %s", golden.path("drawn").path(index))
                    .isEqualTo(golden.path("drawn_decoded").path(index).stringValue());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void cutsRealLinesAsThePackageDoes(String name) throws IOException, NoSuchAlgorithmException {
        List<String> lines = realLines();
        JsonNode real = GOLDEN.path("models").path(name).path("real");
        assertThat(lines).hasSize(real.path("lines").intValue()).hasSizeGreaterThan(1_000);
        SentencePiece model = SentencePiece.parse(TinyModels.content(name));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String line : lines) {
            String ids = Arrays.stream(model.encode(line, true))
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            digest.update((ids + "\n").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo(real.path("sha256").stringValue());
    }

    /// With bytes to fall back on and nothing normalised, nothing is lost.
    @ParameterizedTest
    @ValueSource(strings = {"bpe-llama", "unigram-bytes"})
    void decodesWhatItEncoded(String name) {
        SentencePiece model = SentencePiece.parse(TinyModels.content(name));
        SplittableRandom random = new SplittableRandom(23);
        for (int draw = 0; draw < 500; draw++) {
            String text = drawn(random);
            assertThat(model.decode(model.encode(text, true), true)).isEqualTo(text);
        }
    }

    /// Any code points but U+2581, which is how a space is written.
    private static String drawn(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        while (text.length() < length) {
            int point = random.nextInt(10) < 7 ? random.nextInt(0x20, 0x250) : random.nextInt(Character.MAX_CODE_POINT);
            if (point != 0x2581 && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)) {
                text.appendCodePoint(point);
            }
        }
        return text.toString();
    }

    @Test
    void whatGoesOnHasNoSpaceBefore() {
        SentencePiece model = SentencePiece.parse(TinyModels.content("bpe-llama"));
        String text = "boat";
        assertThat(spelled(model, model.encode(text, true))).isEqualTo("▁boat");
        assertThat(spelled(model, model.encode(text, false))).isEqualTo("boat");
    }

    private static String spelled(SentencePiece model, int[] ids) {
        return Arrays.stream(ids).mapToObj(id -> model.pieces().get(id).text()).collect(Collectors.joining());
    }

    @Test
    void saysWhatIsWrongWithAFile() {
        byte[] whole = TinyModels.content("char");
        assertThatThrownBy(() -> SentencePiece.parse(new byte[0])).hasMessage("must have one unknown piece, got 0");
        assertThatThrownBy(() -> SentencePiece.parse("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("byte 3: a field's type must be 0, 1, 2 or 5, got 4");
        assertThatThrownBy(() -> SentencePiece.parse(Arrays.copyOf(whole, 9)))
                .hasMessageContaining("must end within the file");
        assertThatThrownBy(() -> SentencePiece.parse(model(piece("<unk>", 2), piece("a", 5))))
                .hasMessageStartingWith("piece 1 must be of type 1 (normal)");
        assertThatThrownBy(() -> SentencePiece.parse(model(piece("<unk>", 2), piece("a", 1), piece("a", 4))))
                .hasMessage("pieces must differ, got \"a\" as piece 1 and 2");
        assertThatThrownBy(
                        () -> SentencePiece.parse(model(piece("<unk>", 2), field(2, new byte[] {(byte) 0x98, 2, 1}))))
                .hasMessage("must have 256 pieces of bytes to fall back on, got 0");
        assertThatThrownBy(() ->
                        SentencePiece.parse(model(piece("<unk>", 2), field(3, field(2, new byte[] {8, 0, 0, 0, 1})))))
                .hasMessageStartingWith("precompiled_charsmap must hold a trie within its 5 bytes");
        assertThatThrownBy(() -> SentencePiece.parse(model(piece("<unk>", 2), field(2, new byte[] {3 << 3, 9}))))
                .hasMessageStartingWith("model_type must be 1 (unigram)");
        assertThatThrownBy(() -> SentencePiece.parse(whole).decode(new int[] {5000}, true))
                .hasMessageContaining("a piece must be from 0 to");
    }

    /// A cut or changed file is refused in words, or read as another model; it never breaks in another way.
    @Test
    void brokenFilesAreRefusedInWords() {
        byte[] whole = TinyModels.content("bpe-rules");
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int draw = 0; draw < 400; draw++) {
            byte[] broken = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int change = random.nextInt(1, 6); change > 0 && broken.length > 0; change--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                SentencePiece.parse(broken).encode("The old\u00a0boat \u2014 caf\u00e9 <sep> AB", true);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("null");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    private static byte[] model(byte[]... fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] field : fields) {
            bytes.writeBytes(field);
        }
        return bytes.toByteArray();
    }

    private static byte[] piece(String text, int type) {
        byte[] spelled = field(1, text.getBytes(StandardCharsets.UTF_8));
        return field(1, model(spelled, new byte[] {3 << 3, (byte) type}));
    }

    /// A field of a few bytes.
    private static byte[] field(int number, byte[] content) {
        return model(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static int[] ints(JsonNode list) {
        return list.values().stream().mapToInt(JsonNode::intValue).toArray();
    }

    /// The lines that `make_sentencepiece.py` picks.
    private static List<String> realLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<String> all = Files.lines(RealData.path("text/tinyshakespeare.txt"))) {
            all.filter(line -> !line.isBlank()).limit(400).forEach(lines::add);
        }
        rows(RealData.path("text/gsm8k-test.jsonl")).limit(300).forEach(row -> lines.add(text(row, "question")));
        rows(RealData.path("text/c4-sample-1000.jsonl.gz")).limit(200).forEach(row -> lines.add(text(row, "text")));
        JsonMapper.shared().readTree(RealData.path("preferences/llama-factory-dpo_zh_demo.json")).values().stream()
                .limit(200)
                .forEach(row -> lines.add(text(row.path("chosen"), "value")));
        rows(RealData.path("preferences/hh-harmless-test.jsonl.gz"))
                .limit(150)
                .forEach(row -> lines.add(text(row, "chosen")));
        return lines;
    }

    private static String text(JsonNode row, String column) {
        return row.path(column).stringValue();
    }

    private static Stream<JsonNode> rows(Path file) throws IOException {
        boolean zipped = file.toString().endsWith(".gz");
        return new BufferedReader(new InputStreamReader(
                        zipped ? new GZIPInputStream(Files.newInputStream(file)) : Files.newInputStream(file),
                        StandardCharsets.UTF_8))
                .lines()
                .map(JsonMapper.shared()::readTree);
    }
}
