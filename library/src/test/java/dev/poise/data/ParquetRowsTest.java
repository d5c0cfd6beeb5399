package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads the files that `make_parquet.py` wrote with pyarrow.
final class ParquetRowsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4", "pages-v2"})
    void readsEveryCompressionRowByRow(String name) throws IOException {
        Path file = golden(name);
        try (ExampleReader reader = ExampleReader.open(file)) {
            assertThat(reader.shape()).isEqualTo(Shape.PREFERENCE);
            assertThat(reader.remarks()).contains("not read: the columns tags, meta");
        }
        List<Row> rows = Rows.read(file);
        assertThat(rows).hasSize(40);
        for (int i = 0; i < rows.size(); i++) {
            Content prompt = i % 2 == 1
                    ? talk(new Message("system", "s"), new Message("user", "question " + i + " ü"))
                    : talk(new Message("user", "question " + i + " ü"));
            Example.Pair pair = new Example.Pair(
                    new Source(file, i + 1L),
                    prompt,
                    talk(new Message("assistant", "good " + i)),
                    prompt,
                    talk(new Message("assistant", "bad " + i)),
                    i % 3 == 0 ? null : i / 8.0);
            assertThat(rows.get(i)).isEqualTo(pair);
        }
    }

    @Test
    void readsListsStructsAndWhatIsAbsent() throws IOException {
        try (FileRows rows = FileRows.open(golden("snappy"), Reading.MAX_ROW_BYTES)) {
            RawRow.Parsed first = (RawRow.Parsed) rows.next().orElseThrow();
            RawRow.Parsed second = (RawRow.Parsed) rows.next().orElseThrow();
            assertThat(first.text()).endsWith("\"tags\":[],\"meta\":{\"number\":0,\"flag\":true}}");
            assertThat(first.columns().has("margin")).isFalse();
            assertThat(second.text())
                    .endsWith("\"margin\":0.125,\"tags\":[\"a\",null,\"t1\"],\"meta\":{\"number\":1,\"flag\":false}}");
        }
        try (FileRows rows = FileRows.open(golden("flat"), Reading.MAX_ROW_BYTES)) {
            assertThat(((RawRow.Parsed) rows.next().orElseThrow()).text())
                    .isEqualTo("{\"question\":\"q0\",\"answer\":\"a0\",\"scores\":[1,2]}");
        }
    }

    @Test
    void fieldsThatArrowAddsToEveryStructAreAbsent() throws IOException {
        List<Row> rows = Rows.read(golden("tools"));
        Content.Conversation talk = (Content.Conversation) ((Example.Plain) rows.getLast()).text();
        assertThat(talk.messages()).extracting(Message::role).containsExactly("user", "assistant", "tool", "assistant");
        assertThat(Objects.requireNonNull(talk.messages().get(1).more().get("tool_calls"))
                        .toString())
                .isEqualTo("[{\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2}}}]");
        assertThat(talk.messages().get(3).more()).isEmpty();
        assertThat(talk.given().keySet()).isEqualTo(Set.of("tools"));
    }

    @Test
    void refusesWhatItCannotRead() throws IOException {
        Path brotli = golden("brotli");
        assertThatThrownBy(() -> ExampleReader.open(brotli))
                .isInstanceOf(DataException.class)
                .hasMessage(brotli + ": must be compressed by one of uncompressed, snappy, gzip, zstd, lz4_raw, got"
                        + " BROTLI");
        Path bytes = golden("bytes");
        assertThatThrownBy(() -> ExampleReader.open(bytes))
                .hasMessageStartingWith(bytes + ": has rows of no known shape")
                .hasMessageEndingWith("; got the columns image");
        Path text = Rows.write(folder.resolve("text.parquet"), "{\"text\": \"not parquet at all\"}");
        assertThatThrownBy(() -> ExampleReader.open(text))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(text + ": must be a Parquet file");
        byte[] whole = Files.readAllBytes(golden("zstd"));
        Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> ExampleReader.open(cut)).hasMessageStartingWith(cut + ": must be a Parquet file");
        byte[] broken = whole.clone();
        Arrays.fill(broken, 40, 400, (byte) 0x5A);
        Path spoilt = Files.write(folder.resolve("spoilt.parquet"), broken);
        assertThatThrownBy(() -> Rows.read(spoilt))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(spoilt + ": broken Parquet data");
    }

    @Test
    void columnsThatAreMissingOrNestedAreBadRows() throws IOException {
        assertThat(Rows.read(golden("flat"), Optional.of(Shape.PREFERENCE)).getFirst())
                .isInstanceOfSatisfying(BadRow.class, row -> assertThat(row.reason())
                        .isEqualTo("prompt must be a string or a list of messages, got nothing"));
        assertThat(Rows.read(golden("zstd"), Optional.of(Shape.DIALOGUE_PREFERENCE))
                        .getFirst())
                .isInstanceOfSatisfying(BadRow.class, row -> {
                    assertThat(row.reason()).isEqualTo("chosen must be a string, got a list");
                    assertThat(row.source().line()).isEqualTo(1);
                });
    }

    /// Whatever a file holds, it is rows or a failure that names it.
    @ParameterizedTest
    @ValueSource(strings = {"flat", "pages-v2", "tools", "zstd"})
    void brokenFilesFailByName(String name) throws IOException {
        byte[] whole = Files.readAllBytes(golden(name));
        SplittableRandom random = new SplittableRandom(7);
        int failed = 0;
        for (int draw = 0; draw < 150; draw++) {
            byte[] broken = draw % 5 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int flips = random.nextInt(1, 4); flips > 0 && broken.length > 0; flips--) {
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Path file = Files.write(folder.resolve("broken.parquet"), broken);
            try {
                Rows.read(file);
            } catch (DataException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
                failed++;
            }
        }
        assertThat(failed).isGreaterThan(20);
    }

    @Test
    void groupsThatDoNotFitAreRefusedBeforeTheyAreRead() throws IOException {
        Path file = golden("flat");
        ParquetRows.requireRoom(file, 500_000_000, 1_000_000_000);
        assertThatThrownBy(() -> ParquetRows.requireRoom(file, 500_000_001, 1_000_000_000))
                .isInstanceOf(DataException.class)
                .hasMessage(file
                        + ": holds 500 MB in one group of rows, too much for the 1000 MB that Java has; write it in"
                        + " smaller groups (row_group_size), or give Java more (POISE_JAVA_OPTIONS=-Xmx...)");
    }

    @Test
    void aRowOverTheLimitIsABadRow() throws IOException {
        try (ExampleReader reader =
                ExampleReader.open(golden("tools"), new Reading(Optional.of(Shape.MESSAGES), Ranking.ALL, 100))) {
            assertThat(((BadRow) reader.next()).flaw()).isEqualTo(Flaw.TOO_MANY_BYTES);
        }
    }

    @Test
    void liesInAFolderBesideOtherFiles() throws IOException {
        golden("flat");
        Rows.write(folder.resolve("a.jsonl"), "{\"question\":\"q\",\"answer\":\"a\"}");
        assertThat(Rows.read(folder))
                .extracting(row -> row.source().file().getFileName().toString())
                .containsExactly("a.jsonl", "flat.parquet", "flat.parquet");
    }

    private Path golden(String name) throws IOException {
        Path file = folder.resolve(name + ".parquet");
        try (InputStream bytes = ParquetRowsTest.class.getResourceAsStream("/golden/parquet/" + name + ".parquet")) {
            Files.write(file, Objects.requireNonNull(bytes).readAllBytes());
        }
        return file;
    }

    private static Content talk(Message... messages) {
        return new Content.Conversation(List.of(messages));
    }
}
