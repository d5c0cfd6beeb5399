package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.tokenize.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncodedFileTest {

    private static final Path FIRST = Path.of("data/first.jsonl");
    private static final Path SECOND = Path.of("data/zweite ü.json");

    private static final List<Encoded> ROWS = List.of(
            new Encoded.Pair(new Source(FIRST, 3), sequence(5, 6, 7), sequence(5, 8, 9, 1, 2, 3, 4, 5, 6)),
            new Encoded.Single(new Source(FIRST, 1L << 40), sequence(Integer.MAX_VALUE, 1), null),
            new Encoded.Single(new Source(SECOND, 1), sequence(1, 2, 3, 4, 5, 6, 7, 8), true),
            new Encoded.Single(new Source(SECOND, 2), sequence(4, 4, 7), false));

    @TempDir
    Path folder;

    @Test
    void returnsWhatWasWritten() {
        try (EncodedFile file = EncodedFile.open(write("rows", ROWS))) {
            assertThat(file.size()).isEqualTo(4);
            for (int index : new int[] {2, 0, 3, 1}) {
                assertSame(file.get(index), ROWS.get(index));
            }
            assertThatThrownBy(() -> file.get(4)).hasMessage("index must be in [0, 4), got 4");
            assertThatThrownBy(() -> file.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void keepsMarginsOfPairs() {
        Encoded.Pair without = (Encoded.Pair) ROWS.getFirst();
        Encoded.Pair with = new Encoded.Pair(without.source(), without.chosen(), without.rejected(), -1.25);
        List<Encoded> rows = List.of(with, ROWS.get(2), without);
        try (EncodedFile file = EncodedFile.open(write("rows", rows))) {
            for (int index = 0; index < rows.size(); index++) {
                assertSame(file.get(index), rows.get(index));
            }
        }
        assertThat(digest(List.of(with))).isNotEqualTo(digest(List.of(without)));
    }

    @Test
    void holdsManyRowsOfAllLengths() {
        SplittableRandom random = new SplittableRandom(11);
        List<Encoded> rows = random.ints(500, 2, 3000)
                .mapToObj(
                        length -> (Encoded) new Encoded.Single(new Source(FIRST, length), random(random, length), null))
                .toList();
        try (EncodedFile file = EncodedFile.open(write("rows", rows))) {
            for (int index = 0; index < rows.size(); index++) {
                assertSame(file.get(index), rows.get(index));
            }
        }
    }

    @Test
    void holdsNoRows() {
        try (EncodedFile file = EncodedFile.open(write("rows", List.of()))) {
            assertThat(file.size()).isZero();
        }
    }

    @Test
    void knowsItsContentAndNotWhereItWasRead() {
        String digest = digest(ROWS);
        Encoded.Single last = (Encoded.Single) ROWS.getLast();
        List<Encoded> moved = List.of(
                ROWS.get(0),
                ROWS.get(1),
                ROWS.get(2),
                new Encoded.Single(new Source(SECOND, 9), last.sequence(), false));
        List<Encoded> relabelled = List.of(
                ROWS.get(0), ROWS.get(1), ROWS.get(2), new Encoded.Single(last.source(), last.sequence(), true));
        TokenSequence unmasked = new TokenSequence(last.sequence().ids(), new boolean[] {false, false, false});
        List<Encoded> masked =
                List.of(ROWS.get(0), ROWS.get(1), ROWS.get(2), new Encoded.Single(last.source(), unmasked, false));
        assertThat(digest).hasSize(64).isEqualTo(digest(moved));
        assertThat(digest).isNotEqualTo(digest(relabelled)).isNotEqualTo(digest(masked));
        assertThat(digest).isNotEqualTo(digest(ROWS.reversed()));
    }

    @Test
    void refusesAFileOfWhichAnyByteChanged() throws IOException {
        Path file = write("rows", ROWS);
        byte[] bytes = Files.readAllBytes(file);
        for (int index = 0; index < bytes.length; index++) {
            byte[] changed = bytes.clone();
            changed[index] ^= 4;
            Files.write(file, changed);
            assertThatThrownBy(() -> EncodedFile.open(file))
                    .as("byte %s", index)
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(file + ": must be ");
        }
    }

    @Test
    void refusesAFileThatWasCut() throws IOException {
        Path file = write("rows", ROWS);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 7, 103, bytes.length - 1}) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> EncodedFile.open(file)).isInstanceOf(DataException.class);
        }
        assertThatThrownBy(() -> EncodedFile.open(folder.resolve("absent"))).isInstanceOf(DataException.class);
    }

    @Test
    void leavesTheOldFileUntilTheNewOneIsFinished() {
        Path file = write("rows", ROWS);
        try (EncodedWriter writer = new EncodedWriter(file)) {
            writer.write(ROWS.getFirst());
        }
        try (EncodedFile kept = EncodedFile.open(file)) {
            assertThat(kept.size()).isEqualTo(4);
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    private String digest(List<Encoded> rows) {
        try (EncodedFile file = EncodedFile.open(write("digest", rows))) {
            return file.digest();
        }
    }

    private Path write(String name, List<Encoded> rows) {
        Path file = folder.resolve(name);
        try (EncodedWriter writer = new EncodedWriter(file)) {
            rows.forEach(writer::write);
            writer.finish();
        }
        return file;
    }

    private static TokenSequence sequence(int... ids) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, 1, trained.length, true);
        trained[trained.length / 2] = false;
        return new TokenSequence(ids, trained);
    }

    private static TokenSequence random(SplittableRandom random, int length) {
        boolean[] trained = new boolean[length];
        for (int index = 1; index < length; index++) {
            trained[index] = random.nextBoolean();
        }
        return new TokenSequence(random.ints(length, 0, 150_000).toArray(), trained);
    }

    private static void assertSame(Encoded actual, Encoded expected) {
        assertThat(actual.source()).isEqualTo(expected.source());
        assertThat(actual).hasSameClassAs(expected);
        if (actual instanceof Encoded.Pair pair && expected instanceof Encoded.Pair wanted) {
            assertSame(pair.chosen(), wanted.chosen());
            assertSame(pair.rejected(), wanted.rejected());
            assertThat(pair.margin()).isEqualTo(wanted.margin());
        }
        if (actual instanceof Encoded.Single single && expected instanceof Encoded.Single wanted) {
            assertSame(single.sequence(), wanted.sequence());
            assertThat(single.desirable()).isEqualTo(wanted.desirable());
        }
    }

    private static void assertSame(TokenSequence actual, TokenSequence expected) {
        assertThat(Arrays.equals(actual.ids(), expected.ids())).isTrue();
        assertThat(Arrays.equals(actual.trained(), expected.trained())).isTrue();
    }
}
