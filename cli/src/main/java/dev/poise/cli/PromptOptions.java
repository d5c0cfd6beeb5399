package dev.poise.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            description = "A file with one prompt a line. Without either option, standard input is read so.")
    @Nullable
    Path file;

    /// The prompts, at least one.
    ///
    /// @throws UsageException when there is none, or more than one place to take them from
    List<String> read(Console console) {
        if (texts != null && file != null) {
            throw new UsageException("--prompt and --prompts cannot be given together");
        }
        if (texts == null && file == null && console.inputIsTerminal()) {
            throw new UsageException("a prompt must be given: --prompt, --prompts or standard input");
        }
        List<String> prompts = texts != null ? List.copyOf(texts) : file != null ? lines(file) : lines(console.in());
        if (prompts.isEmpty()) {
            throw new UsageException((file == null ? "standard input" : file) + " must hold at least one prompt");
        }
        return prompts;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException(file + ": must be UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(BufferedReader input) {
        return input.lines().toList();
    }
}
