package dev.poise.cli;

import dev.poise.data.BadRow;
import dev.poise.data.Content;
import dev.poise.data.DataException;
import dev.poise.data.DataFiles;
import dev.poise.data.Example;
import dev.poise.data.ExampleReader;
import dev.poise.data.Reading;
import dev.poise.data.Undecided;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of where prompts come from.
final class PromptOptions {

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "A prompt; may be given several times. An empty one lets the model begin.")
    @Nullable
    List<String> texts;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "Prompts: one a line, or the prompts of a data file (.jsonl, .json, both also .gz or .zst, or"
                    + " .parquet) or of a data set of the hub (hf:organisation/name)."
                    + " Without either option, standard input is read, one prompt a line.")
    @Nullable
    Path file;

    /// The prompts, at least one.
    ///
    /// @throws UsageException when there is none, or more than one place to take them from
    List<Content> read(Console console) {
        if (texts != null && file != null) {
            throw new UsageException("--prompt and --prompts cannot be given together");
        }
        if (texts == null && file == null && console.inputIsTerminal()) {
            throw new UsageException("a prompt must be given: --prompt, --prompts or standard input");
        }
        List<Content> prompts;
        if (texts != null) {
            prompts = plain(texts.stream());
        } else if (file != null) {
            List<Path> rows = HubInputs.of(console).rows(file);
            prompts = DataFiles.isKnown(rows.getFirst()) ? rows(rows) : lines(file);
        } else {
            prompts = plain(console.in().lines());
        }
        if (prompts.isEmpty()) {
            throw new UsageException((file == null ? "standard input" : file) + " must hold at least one prompt");
        }
        return prompts;
    }

    private static List<Content> plain(Stream<String> texts) {
        return texts.<Content>map(Content.Text::new).toList();
    }

    private static List<Content> lines(Path file) {
        try {
            return plain(Files.readAllLines(file).stream());
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException(file + ": must be UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Content> rows(List<Path> files) {
        List<Content> prompts = new ArrayList<>();
        try (ExampleReader reader = ExampleReader.open(files, Reading.DETECTED)) {
            while (reader.hasNext()) {
                prompts.add(
                        switch (reader.next()) {
                            case BadRow bad -> throw new DataException(bad.source(), bad.reason());
                            case Undecided row -> throw new DataException(row.source(), row.reason());
                            case Example.Prompt row -> row.prompt();
                            case Example.Pair row -> row.promptOfChosen();
                            case Example.Completion row -> row.prompt();
                            case Example.Plain row -> throw new DataException(row.source(), "must have a prompt");
                        });
            }
        }
        return prompts;
    }
}
