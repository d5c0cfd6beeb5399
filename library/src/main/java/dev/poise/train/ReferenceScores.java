package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.ModelFiles;
import dev.poise.objective.Need;
import dev.poise.run.Recipe;
import dev.poise.train.TrainingRow.Mismatched;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What the reference policy says of a run's rows, as far as the run's objective reads it.
final class ReferenceScores {

    private final Recipe recipe;
    private final Progress progress;
    private final Set<Need> needs;

    ReferenceScores(Recipe recipe, Progress progress) {
        this.recipe = recipe;
        this.progress = progress;
        this.needs = recipe.objective().needs();
    }

    /// Scores of a data set's rows, by index.
    ///
    /// @param sums `[row][sequence]`; null where the objective reads no reference
    /// @param tokens `[row][sequence][token]`; null where the objective does not tell tokens apart
    record Known(double @Nullable [][] sums, double @Nullable [][][] tokens) {}

    /// Scores all rows of a data set.
    Known of(Dataset data, String name) {
        Optional<ModelFiles> policy = policy();
        if (policy.isEmpty()) {
            return new Known(null, null);
        }
        int[] all = IntStream.range(0, Math.toIntExact(data.file().size())).toArray();
        List<Encoded> rows = data.rows(all);
        String digest = data.file().digest();
        ReferenceCache cache = ReferenceCache.ofUser();
        Recipe.Train train = recipe.train();
        if (!needs.contains(Need.REFERENCE_TOKENS)) {
            return new Known(
                    cache.summed(policy.get(), train.precision(), budget(), rows, digest, told(name, all.length)),
                    null);
        }
        double[][][] tokens =
                cache.byToken(policy.get(), train.precision(), budget(), rows, digest, told(name, all.length));
        double[][] sums = Arrays.stream(tokens)
                .map(row -> Arrays.stream(row).mapToDouble(ReferenceScores::sum).toArray())
                .toArray(double[][]::new);
        return new Known(sums, tokens);
    }

    /// In the order of the tokens, as the policy's are summed.
    private static double sum(double[] tokens) {
        double sum = 0;
        for (double token : tokens) {
            sum += token;
        }
        return sum;
    }

    private Optional<ModelFiles> policy() {
        return needs.contains(Need.REFERENCE) ? Start.reference(recipe) : Optional.empty();
    }

    private int budget() {
        return recipe.train().microBatchTokens();
    }

    private IntConsumer told(String name, int total) {
        return done -> progress.advanced("reference (" + name + ")", done, total, new LinkedHashMap<>());
    }

    /// Some rows of a data set, in order, with what is known of them.
    List<TrainingRow> rows(Dataset data, int[] indices, Known known) {
        List<Encoded> rows = data.rows(indices);
        if (!needs.contains(Need.MISMATCHED) || indices.length == 0) {
            return new Rows(rows, indices, known, List.of(), null);
        }
        int block = recipe.train().batchPairs();
        Mismatches mismatches = new Mismatches(rows, block, recipe.train().maxTokens());
        // The mismatched completions follow from the rows, their order and the blocks; so does the key.
        String digest = data.file().digest() + ", mismatched in blocks of " + block + " of "
                + recipe.train().maxTokens() + " tokens: " + Arrays.toString(indices);
        double[][] sums = ReferenceCache.ofUser()
                .summed(
                        policy().orElseThrow(),
                        recipe.train().precision(),
                        budget(),
                        mismatches,
                        digest,
                        told("mismatched", indices.length));
        return new Rows(rows, indices, known, mismatches, sums);
    }

    private static final class Rows extends AbstractList<TrainingRow> implements RandomAccess {
        private final List<Encoded> rows;
        private final int[] indices;
        private final Known known;
        private final List<Encoded.Single> mismatches;
        private final double @Nullable [][] ofMismatches;

        Rows(
                List<Encoded> rows,
                int[] indices,
                Known known,
                List<Encoded.Single> mismatches,
                double @Nullable [][] ofMismatches) {
            this.rows = rows;
            this.indices = indices;
            this.known = known;
            this.mismatches = mismatches;
            this.ofMismatches = ofMismatches;
        }

        @Override
        public TrainingRow get(int index) {
            double[][] sums = known.sums();
            double[][][] tokens = known.tokens();
            return new TrainingRow(
                    rows.get(index),
                    sums == null ? null : sums[indices[index]],
                    tokens == null ? null : tokens[indices[index]],
                    ofMismatches == null ? null : new Mismatched(mismatches.get(index), ofMismatches[index][0]));
        }

        @Override
        public int size() {
            return indices.length;
        }
    }
}
