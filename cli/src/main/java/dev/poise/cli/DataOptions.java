package dev.poise.cli;

import dev.poise.data.ExampleReader;
import dev.poise.data.Ranking;
import dev.poise.data.Reading;
import dev.poise.data.Shape;
import dev.poise.data.TooLong;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of how a data set is read.
final class DataOptions {

    /// What becomes of rows that cannot be read or checked.
    enum BadRows {
        /// The command stops at the first.
        STOP,
        /// They are told on standard error and left out.
        QUARANTINE
    }

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description = "Shape of its rows, as recipes call it; detected where it is not given.")
    private @Nullable String shape;

    @Option(
            names = "--ranking",
            paramLabel = "WHAT",
            defaultValue = "best_worst",
            description = "Pairs that are made of ranked completions: best_worst, adjacent or all (default:"
                    + " ${DEFAULT-VALUE}).")
    Ranking ranking;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Most tokens of a sequence (default: the model's context).")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--too-long",
            paramLabel = "WHAT",
            defaultValue = "cut",
            description = "What becomes of longer ones: cut (the end), drop or stop (default: ${DEFAULT-VALUE}).")
    TooLong tooLong;

    @Option(
            names = "--bad-rows",
            paramLabel = "WHAT",
            defaultValue = "stop",
            description =
                    "What becomes of rows that cannot be used: stop, or quarantine (tell of them on standard error"
                            + " and go on; default: ${DEFAULT-VALUE}).")
    BadRows badRows;

    /// Opens a data set.
    ExampleReader open(List<Path> files) {
        return ExampleReader.open(files, new Reading(shape(), ranking));
    }

    /// The shape that was asked for by name.
    Optional<String> named() {
        return Optional.ofNullable(shape);
    }

    private Optional<Shape> shape() {
        return shape(Optional.ofNullable(shape));
    }

    /// The shape of that name.
    ///
    /// @throws UsageException when there is none
    static Optional<Shape> shape(Optional<String> name) {
        try {
            return name.map(Shape::named);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /// The most tokens of a sequence.
    ///
    /// @param context of the model
    int maxTokens(int context) {
        if (maxTokens == null) {
            return context;
        }
        if (maxTokens < 2 || maxTokens > context) {
            throw new UsageException(
                    "--max-tokens must be from 2 to the model's context of " + context + ", got " + maxTokens);
        }
        return maxTokens;
    }
}
