package dev.poise.train;

import dev.poise.data.BadRows;
import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.data.EncodedFile;
import dev.poise.data.EncodedWriter;
import dev.poise.data.Encoder;
import dev.poise.data.EncodingCounts;
import dev.poise.run.Recipe;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.Locale;
import java.util.RandomAccess;
import java.util.SequencedMap;

/// The encoded rows of a run, on disk, read by index.
///
/// @param file the rows
/// @param remarks what is worth knowing of the way they were read, one line each
/// @param counts what became of every row that was read
/// @param rowsByFile how many rows each file gave
record Dataset(EncodedFile file, List<String> remarks, EncodingCounts counts, SequencedMap<Path, Long> rowsByFile)
        implements AutoCloseable {

    /// Reads, checks and encodes everything under some paths.
    ///
    /// A supervised run over pairs takes the chosen answers; labelled rows count where they are desirable. An
    /// unpaired run makes two labelled examples of a pair.
    ///
    /// @param target where the encoded rows are kept
    /// @throws DataException when nothing is left to train on, or rows do not fit the method
    static Dataset encode(List<Path> paths, Recipe recipe, Encoder encoder, BadRows badRows, Path target) {
        Long limit = recipe.data().limit();
        try (EncodedWriter writer = new EncodedWriter(target);
                RowStream rows =
                        new RowStream(paths, recipe.data().reading(), limit == null ? Long.MAX_VALUE : limit)) {
            EncodingCounts counts = encoder.encodeAll(
                    rows, badRows, row -> fitting(recipe.method(), row).forEach(writer::write));
            writer.finish();
            EncodedFile file = EncodedFile.open(target);
            if (file.size() == 0) {
                file.close();
                throw new DataException(paths.getFirst(), "leaves no row to use: " + String.join("; ", counts.lines()));
            }
            return new Dataset(file, rows.remarks(), counts, rows.rowsByFile());
        }
    }

    private static List<Encoded> fitting(Recipe.Method method, Encoded row) {
        return switch (method) {
            case PREFERENCE, REWARD ->
                switch (row) {
                    case Encoded.Pair pair -> List.of(pair);
                    case Encoded.Single single ->
                        throw new DataException(
                                single.source(),
                                "must be a pair of a chosen and a rejected answer: the method is "
                                        + method.name().toLowerCase(Locale.ROOT));
                };
            case ONLINE -> List.of(row);
            case SUPERVISED ->
                switch (row) {
                    case Encoded.Pair pair -> List.of(new Encoded.Single(pair.source(), pair.chosen(), null));
                    case Encoded.Single single ->
                        Boolean.FALSE.equals(single.desirable()) ? List.of() : List.of(single);
                };
            case UNPAIRED ->
                switch (row) {
                    case Encoded.Pair pair ->
                        List.of(
                                new Encoded.Single(pair.source(), pair.chosen(), true),
                                new Encoded.Single(pair.source(), pair.rejected(), false));
                    case Encoded.Single single -> {
                        if (single.desirable() == null) {
                            throw new DataException(
                                    single.source(), "must carry a label or be a pair: the method is unpaired");
                        }
                        yield List.of(single);
                    }
                };
        };
    }

    /// The rows at some indices, read when asked for.
    List<Encoded> rows(int[] indices) {
        return new Rows(file, indices);
    }

    @Override
    public void close() {
        file.close();
    }

    private static final class Rows extends AbstractList<Encoded> implements RandomAccess {
        private final EncodedFile file;
        private final int[] indices;

        Rows(EncodedFile file, int[] indices) {
            this.file = file;
            this.indices = indices;
        }

        @Override
        public Encoded get(int index) {
            return file.get(indices[index]);
        }

        @Override
        public int size() {
            return indices.length;
        }
    }
}
