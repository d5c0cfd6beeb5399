package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.RealData;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleReaderTest {

    private static final String ONE = "{\"prompt\": \"p1\", \"completion\": \" c1\"}";
    private static final String TWO = "{\"prompt\": \"p2\", \"completion\": \" c2\"}";

    @TempDir
    Path folder;

    @Test
    void readsLinesArraysAndGzipAlike() {
        List<Path> files = List.of(
                Rows.write(folder.resolve("a.jsonl"), ONE, "", TWO),
                Rows.write(folder.resolve("b.jsonl.gz"), ONE, "\r", TWO + "\r"),
                Rows.write(folder.resolve("c.json"), " [", ONE + "\n,", TWO, "]"),
                Rows.write(folder.resolve("d.json.gz"), "[" + ONE + "," + TWO + "]"),
                Rows.write(folder.resolve("e.json"), ONE, TWO),
                Rows.write(folder.resolve("f.jsonl"), "\uFEFF" + ONE, TWO));
        for (Path file : files) {
            assertThat(Rows.read(file))
                    .as(file.toString())
                    .extracting(row -> ((Example.Completion) row).completion())
                    .containsExactly(new Content.Text(" c1"), new Content.Text(" c2"));
        }
    }

    @Test
    void readsTheMarginOfPairsOfEveryShape() {
        String answers = "\"chosen\": \"q a\", \"rejected\": \"q b\"";
        for (String columns : List.of(
                "\"prompt\": \"p\", " + answers,
                answers,
                "\"prompt_chosen\": \"p\", \"prompt_rejected\": \"r\", " + answers,
                "\"chosen\": \"\\n\\nHuman: p\\n\\nAssistant: a\","
                        + " \"rejected\": \"\\n\\nHuman: p\\n\\nAssistant: b\"")) {
            Path file = Rows.write(
                    folder.resolve("margins.jsonl"),
                    "{" + columns + ", \"margin\": 0.75}",
                    "{" + columns + ", \"margin\": -2}",
                    "{" + columns + ", \"margin\": null}",
                    "{" + columns + ", \"margin\": \"much\"}");
            List<Row> rows = Rows.read(file);
            assertThat(rows.subList(0, 3))
                    .extracting(row -> ((Example.Pair) row).margin())
                    .containsExactly(0.75, -2.0, null);
            assertThat(rows.get(3)).isInstanceOfSatisfying(BadRow.class, bad -> assertThat(bad.reason())
                    .isEqualTo("margin must be a finite number, got a string"));
        }
    }

    @Test
    void knowsTheLineOrElementOfARow() {
        Path lines = Rows.write(folder.resolve("a.jsonl"), ONE, "", TWO);
        Path array = Rows.write(folder.resolve("b.json"), "[" + ONE + ",", "", TWO + "]");
        assertThat(Rows.read(lines))
                .extracting(Row::source)
                .containsExactly(new Source(lines, 1), new Source(lines, 3));
        assertThat(Rows.read(array))
                .extracting(Row::source)
                .containsExactly(new Source(array, 1), new Source(array, 2));
    }

    @Test
    void readsAFolderInTheOrderOfNames() throws IOException {
        Files.createDirectories(folder.resolve("b"));
        Rows.write(folder.resolve("b/x.jsonl"), TWO);
        Rows.write(folder.resolve("a.json"), "[" + ONE + "]");
        Rows.write(folder.resolve("c.jsonl.gz"), ONE);
        Rows.write(folder.resolve("README.md"), "hello");
        Rows.write(folder.resolve(".hidden.jsonl"), "broken");
        Files.createFile(folder.resolve("d.jsonl"));
        try (ExampleReader reader = ExampleReader.open(folder)) {
            assertThat(reader.files().ignored()).containsExactly(folder.resolve("README.md"));
            assertThat(reader.shape()).isEqualTo(Shape.PROMPT_COMPLETION);
        }
        assertThat(Rows.read(folder))
                .extracting(row -> row.source().file())
                .containsExactly(folder.resolve("a.json"), folder.resolve("b/x.jsonl"), folder.resolve("c.jsonl.gz"));
    }

    @Test
    void refusesWhatHoldsNoRows() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));
        Path blank = Rows.write(folder.resolve("blank.json"), " ", "");
        Path array = Rows.write(folder.resolve("array.json"), "[ ]");
        for (Path file : List.of(empty, blank, array)) {
            assertThatThrownBy(() -> ExampleReader.open(file))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": holds no rows");
            assertThatThrownBy(() -> ExampleReader.open(file, new Reading(Optional.of(Shape.TEXT), Ranking.ALL, 100)))
                    .hasMessage(file + ": holds no rows");
        }
        Path none = Files.createDirectories(folder.resolve("none"));
        assertThatThrownBy(() -> ExampleReader.open(none))
                .hasMessageStartingWith(none + ": holds no rows: no file below");
        assertThatThrownBy(() -> ExampleReader.open(folder.resolve("absent.jsonl")))
                .hasMessageContaining("nothing is there");
        assertThatThrownBy(() -> ExampleReader.open(Rows.write(folder.resolve("a.csv"), "a")))
                .hasMessageContaining("must end in one of .jsonl, .json");
    }

    @Test
    void namesTheOffsetOfInvalidUtf8() {
        byte[] bytes = (ONE + "\n{\"prompt\": \"é?\", \"completion\": \"c\"}\n" + TWO).getBytes(StandardCharsets.UTF_8);
        int question = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('?');
        bytes[question] = (byte) 0xFF;
        List<Row> rows = Rows.read(Rows.write(folder.resolve("a.jsonl"), bytes));
        assertThat(rows).hasSize(3);
        BadRow bad = (BadRow) rows.get(1);
        assertThat(bad.flaw()).isEqualTo(Flaw.INVALID_UTF8);
        assertThat(bad.reason()).isEqualTo("invalid UTF-8 at byte offset 14 of the row");
        assertThat(bad.source().line()).isEqualTo(2);
        assertThat(bad.raw()).contains("\"é\uFFFD\"");
    }

    @Test
    void refusesEncodedSurrogatesAndOverlongForms() {
        byte[] surrogate = {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'};
        byte[] overlong = {(byte) 0xC0, (byte) 0xAF};
        byte[] cut = {'a', 'b', (byte) 0xE2, (byte) 0x82};
        assertThat(Excerpt.firstInvalidByte(surrogate, 5)).isEqualTo(1);
        assertThat(Excerpt.firstInvalidByte(overlong, 2)).isZero();
        assertThat(Excerpt.firstInvalidByte(cut, 4)).isEqualTo(2);
        byte[] late = ("€".repeat(5000) + "\uD83D\uDE00").getBytes(StandardCharsets.UTF_8);
        assertThat(Excerpt.firstInvalidByte(late, late.length)).isEqualTo(-1);
        assertThat(Excerpt.firstInvalidByte(late, late.length - 1)).isEqualTo(15_000);
    }

    @Test
    void namesTheColumnOfBrokenJson() {
        String[] broken = {"{\"prompt\": \"p\", }", "{\"prompt\": \"p\"", "[1]", "7", "{\"a\":1} x", "{\"a\":1,\"a\":2}"
        };
        Path file = folder.resolve("a.jsonl");
        for (String line : broken) {
            BadRow bad = (BadRow) Rows.second(file, ONE, line);
            assertThat(bad.flaw()).as(line).isEqualTo(Flaw.BROKEN_JSON);
            assertThat(bad.raw()).isEqualTo(line);
        }
        assertThat(((BadRow) Rows.second(file, ONE, broken[0])).reason()).startsWith("broken JSON at column 17: ");
        assertThat(((BadRow) Rows.second(file, ONE, broken[2])).reason())
                .isEqualTo("a row must be a JSON object, got a list");
    }

    @Test
    void aBrokenElementSpoilsOnlyItself() {
        Path file = Rows.write(
                folder.resolve("a.json"),
                "[" + ONE,
                ", {\"prompt\": tru}, }, 5, {\"text\": \"a \\\" ] , [ b\"},",
                TWO,
                "]");
        List<Row> rows = Rows.read(file);
        assertThat(rows).hasSize(6);
        assertThat(rows.subList(1, 5)).allMatch(row -> row instanceof BadRow);
        assertThat(rows.get(5)).isInstanceOf(Example.Completion.class);
        assertThat(rows.get(5).source().line()).isEqualTo(6);
    }

    @Test
    void refusesAnArrayWithoutEndOrWithMoreBehindIt() {
        Path open = Rows.write(folder.resolve("open.json"), "[" + ONE + "," + TWO);
        assertThatThrownBy(() -> Rows.read(open))
                .isInstanceOf(DataException.class)
                .hasMessage(open + ": ends inside its array, after element 1");
        Path more = Rows.write(folder.resolve("more.json"), "[" + ONE + "]", TWO);
        assertThatThrownBy(() -> Rows.read(more)).hasMessage(more + ": must end with its array, got more behind it");
    }

    @Test
    void refusesGzipThatIsCutOrBroken() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write((ONE + "\n" + TWO + "\n").getBytes(StandardCharsets.UTF_8));
        }
        Path cut = folder.resolve("cut.jsonl.gz");
        Files.write(cut, Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12));
        assertThatThrownBy(() -> Rows.read(cut))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(cut + ": gzip data ends early");
        Path plain = folder.resolve("plain.jsonl.gz");
        Files.writeString(plain, ONE);
        assertThatThrownBy(() -> Rows.read(plain)).hasMessageStartingWith(plain + ": broken gzip data");
    }

    @Test
    void readsZstandardAndRefusesItCutOrBroken() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZstdOutputStream output = new ZstdOutputStream(bytes)) {
            output.write((ONE + "\n" + TWO + "\n").getBytes(StandardCharsets.UTF_8));
        }
        Path whole = Files.write(folder.resolve("whole.jsonl.zst"), bytes.toByteArray());
        assertThat(Rows.read(whole)).hasSize(2).allMatch(row -> row instanceof Example.Completion);
        Path cut = Files.write(folder.resolve("cut.jsonl.zst"), Arrays.copyOf(bytes.toByteArray(), bytes.size() - 9));
        assertThatThrownBy(() -> Rows.read(cut))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(cut + ": ");
        Path plain = Files.writeString(folder.resolve("plain.json.zst"), ONE);
        assertThatThrownBy(() -> Rows.read(plain))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(plain + ": broken Zstandard data");
    }

    @Test
    void skipsAnOverlongRowWithoutHoldingIt() {
        Path file = folder.resolve("a.jsonl");
        Rows.write(file, ONE, "{\"prompt\": \"" + "x".repeat(2_000_000) + "\", \"completion\": \"c\"}", TWO);
        try (ExampleReader reader = ExampleReader.open(file, bytes(1_000_000))) {
            assertThat(reader.next()).isInstanceOf(Example.Completion.class);
            BadRow bad = (BadRow) reader.next();
            assertThat(bad.flaw()).isEqualTo(Flaw.TOO_MANY_BYTES);
            assertThat(bad.reason()).isEqualTo("a row must hold at most 1000000 bytes, got 2000033");
            assertThat(bad.raw()).hasSize(65_536);
            assertThat(((Example.Completion) reader.next()).prompt()).isEqualTo(new Content.Text("p2"));
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void readsARowOfExactlyTheLimit() {
        Path file = Rows.write(folder.resolve("a.jsonl"), ONE, TWO + " ");
        try (ExampleReader reader = ExampleReader.open(file, bytes(ONE.length()))) {
            assertThat(reader.next()).isInstanceOf(Example.Completion.class);
            assertThat(((BadRow) reader.next()).reason())
                    .isEqualTo("a row must hold at most " + ONE.length() + " bytes, got " + (ONE.length() + 1));
        }
    }

    @Test
    void readsAllOfTheHarmlessTestSet() {
        Path file = RealData.path("preferences/hh-harmless-test.jsonl.gz");
        try (ExampleReader reader = ExampleReader.open(file)) {
            assertThat(reader.shape()).isEqualTo(Shape.DIALOGUE_PREFERENCE);
        }
        List<Row> rows = Rows.read(file);
        assertThat(rows).hasSize(2312);
        assertThat(rows)
                .filteredOn(row -> row instanceof BadRow bad && bad.flaw() == Flaw.EMPTY_COMPLETION)
                .hasSize(4);
        assertThat(rows)
                .filteredOn(row -> row instanceof BadRow bad && bad.flaw() == Flaw.PROMPTS_DIFFER)
                .hasSize(5);
        assertThat(rows).filteredOn(row -> row instanceof BadRow).hasSize(9);
    }

    @Test
    void readsUnpairedConversations() {
        List<Row> rows = Rows.read(RealData.path("preferences/llama-factory-kto_en_demo.json"));
        assertThat(rows).hasSize(300).allMatch(row -> row instanceof Example.Completion);
        assertThat(((Example.Completion) rows.getFirst()).desirable()).isNotNull();
    }

    private static Reading bytes(int most) {
        return new Reading(Optional.empty(), Ranking.BEST_WORST, most);
    }
}
