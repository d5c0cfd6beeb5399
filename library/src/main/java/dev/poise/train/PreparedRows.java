package dev.poise.train;

import dev.poise.data.BadRows;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Split;
import dev.poise.run.Recipe;
import dev.poise.run.RunDirectory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// The rows of a run: encoded, split, and scored by the reference.
final class PreparedRows implements AutoCloseable {

    private final Dataset data;
    private final Optional<Dataset> heldOut;
    private final List<TrainingRow> train;
    private final List<TrainingRow> evaluation;
    private final Split split;
    private final double referenceSeconds;

    private PreparedRows(
            Dataset data,
            Optional<Dataset> heldOut,
            List<TrainingRow> train,
            List<TrainingRow> evaluation,
            Split split,
            double referenceSeconds) {
        this.split = split;
        this.referenceSeconds = referenceSeconds;
        this.data = data;
        this.heldOut = heldOut;
        this.train = train;
        this.evaluation = evaluation;
    }

    /// Reads everything the recipe's data section names, and scores it by the reference where the objective reads
    /// one.
    static PreparedRows of(Recipe recipe, RunDirectory directory, Encoder encoder, Progress progress) {
        try (BadRows badRows =
                switch (recipe.data().badRows()) {
                    case STOP -> BadRows.stop();
                    case QUARANTINE -> BadRows.quarantine(directory.quarantine());
                }) {
            Dataset data = encode("train", recipe.data().train(), recipe, directory, encoder, badRows, progress);
            Optional<Dataset> heldOut = recipe.data().evaluate() instanceof Recipe.HeldOut.File(Path file)
                    ? Optional.of(encode("evaluate", List.of(file), recipe, directory, encoder, badRows, progress))
                    : Optional.empty();
            int rows = Math.toIntExact(data.file().size());
            double share = recipe.data().evaluate() instanceof Recipe.HeldOut.Share(double part) ? part : 0;
            Split split = Split.of(rows, share, recipe.seed());
            if (recipe.method() == Recipe.Method.ONLINE) {
                return ofPrompts(data, heldOut, split, progress);
            }
            long start = System.nanoTime();
            ReferenceScores scores = new ReferenceScores(recipe, progress);
            ReferenceScores.Known known = scores.of(data, "train");
            List<TrainingRow> evaluation = heldOut.map(other -> scores.rows(
                            other,
                            IntStream.range(0, Math.toIntExact(other.file().size()))
                                    .toArray(),
                            scores.of(other, "evaluate")))
                    .orElseGet(() -> scores.rows(data, split.evaluation(), known));
            double seconds = known.sums() == null ? 0 : (System.nanoTime() - start) / 1e9;
            progress.note(split.train().length + " rows to train on, " + evaluation.size() + " held out");
            return new PreparedRows(data, heldOut, scores.rows(data, split.train(), known), evaluation, split, seconds);
        }
    }

    /// Rows to be completed: those that hold an answer may be looked at by monitors, none is scored beforehand.
    private static PreparedRows ofPrompts(Dataset data, Optional<Dataset> heldOut, Split split, Progress progress) {
        PreparedRows prepared = new PreparedRows(data, heldOut, List.of(), List.of(), split, 0);
        List<Encoded> evaluation = prepared.evaluationPrompts();
        List<TrainingRow> answered = evaluation.stream()
                .filter(row -> TrainingRow.sequences(row).stream().allMatch(sequence -> sequence.trainedTokens() > 0))
                .map(TrainingRow::of)
                .toList();
        progress.note(split.train().length + " prompts to train on, " + evaluation.size() + " held out");
        return new PreparedRows(data, heldOut, List.of(), answered, split, 0);
    }

    /// The rows to train on, as they were read.
    List<Encoded> trainPrompts() {
        return data.rows(split.train());
    }

    /// The rows held out, as they were read.
    List<Encoded> evaluationPrompts() {
        return heldOut.map(other -> other.rows(
                        IntStream.range(0, Math.toIntExact(other.file().size())).toArray()))
                .orElseGet(() -> data.rows(split.evaluation()));
    }

    /// How many rows are held out.
    long evaluationRows() {
        return heldOut.map(other -> other.file().size()).orElse((long) split.evaluation().length);
    }

    private static Dataset encode(
            String name,
            List<Path> paths,
            Recipe recipe,
            RunDirectory directory,
            Encoder encoder,
            BadRows badRows,
            Progress progress) {
        Dataset data =
                Dataset.encode(paths, recipe, encoder, badRows, directory.root().resolve(name + ".rows"));
        data.remarks().forEach(line -> progress.note(name + ": " + line));
        data.counts().lines().forEach(line -> progress.note(name + ": " + line));
        return data;
    }

    /// Rows to train on.
    List<TrainingRow> train() {
        return train;
    }

    /// Rows to evaluate on; none where the recipe holds none out.
    List<TrainingRow> evaluation() {
        return evaluation;
    }

    /// What scoring all rows by the reference took, or reading the scores where they were at hand; 0 without a
    /// reference.
    double referenceSeconds() {
        return referenceSeconds;
    }

    /// How many rows each file gave, training files first.
    SequencedMap<Path, Long> rowsByFile() {
        SequencedMap<Path, Long> all = new LinkedHashMap<>(data.rowsByFile());
        heldOut.ifPresent(other -> all.putAll(other.rowsByFile()));
        return all;
    }

    /// What every row was read from.
    Dataset data() {
        return data;
    }

    @Override
    public void close() {
        data.close();
        heldOut.ifPresent(Dataset::close);
    }
}
