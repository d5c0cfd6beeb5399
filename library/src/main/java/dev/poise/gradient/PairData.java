package dev.poise.gradient;

import dev.poise.data.BadRow;
import dev.poise.data.DataException;
import dev.poise.data.Drop;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.EncodingCounts;
import dev.poise.data.Example;
import dev.poise.data.Undecided;
import dev.poise.run.Recipe;
import dev.poise.train.Progress;
import dev.poise.train.RowStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The pairs of a recipe's training data.
///
/// @param indices zero-based, of every pair's row among all rows read
/// @param pairs in their order
record PairData(List<Integer> indices, List<Encoded.Pair> pairs) {

    /// Reads what the recipe's data section names.
    ///
    /// @throws DataException when a row is no pair, cannot be read where that stops, or none is left
    static PairData read(Recipe recipe, Encoder encoder, Progress progress) {
        Recipe.Data data = recipe.data();
        Long limit = data.limit();
        List<Integer> indices = new ArrayList<>();
        List<Encoded.Pair> pairs = new ArrayList<>();
        EncodingCounts counts = EncodingCounts.NONE;
        try (RowStream rows = new RowStream(data.train(), data.reading(), limit == null ? Long.MAX_VALUE : limit)) {
            rows.remarks().forEach(progress::note);
            while (rows.hasNext()) {
                int index = Math.toIntExact(counts.rows());
                switch (rows.next()) {
                    case BadRow bad -> {
                        leaveOut(bad, data.badRows(), progress);
                        counts = counts.plus(bad);
                    }
                    case Undecided row -> counts = counts.plus(new Encoding.Dropped(row.source(), Drop.UNDECIDED));
                    case Example example -> {
                        Encoding encoding = encoder.encode(example);
                        switch (encoding) {
                            case Encoding.Kept kept -> {
                                indices.add(index);
                                pairs.add(pair(kept.row()));
                            }
                            case Encoding.Refused refused -> leaveOut(refused.row(), data.badRows(), progress);
                            case Encoding.Dropped _ -> {}
                        }
                        counts = counts.plus(encoding);
                    }
                }
            }
        }
        counts.lines().forEach(progress::note);
        if (pairs.isEmpty()) {
            throw new DataException(
                    data.train().getFirst(), "leaves no pair to look at: " + String.join("; ", counts.lines()));
        }
        return new PairData(indices, pairs);
    }

    private static void leaveOut(BadRow bad, Recipe.BadRows what, Progress progress) {
        switch (what) {
            case STOP -> throw new DataException(bad.source(), bad.reason());
            case QUARANTINE -> progress.note(bad.source() + ": left out: " + bad.reason());
        }
    }

    private static Encoded.Pair pair(Encoded row) {
        return switch (row) {
            case Encoded.Pair pair -> pair;
            case Encoded.Single single ->
                throw new DataException(single.source(), "must be a pair of a chosen and a rejected answer");
        };
    }

    /// The pairs with what the reference says of them, by their place among the pairs.
    List<PairRow> rows(IntFunction<PairRow.Reference> reference) {
        List<PairRow> rows = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            rows.add(new PairRow(indices.get(i), pairs.get(i), reference.apply(i)));
        }
        return rows;
    }
}
