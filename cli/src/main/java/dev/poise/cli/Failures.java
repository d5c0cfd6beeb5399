package dev.poise.cli;

import dev.poise.data.DataException;
import dev.poise.hub.HubException;
import dev.poise.model.ModelException;
import dev.poise.run.RecipeException;
import dev.poise.tokenize.TokenizerException;
import dev.poise.train.NonFiniteException;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says what went wrong on standard error, in one line where one is enough, and chooses the exit code: 1 failed,
/// 2 usage.
///
/// @param err where it is said
/// @param stacktrace the option that asks for everything
record Failures(PrintWriter err, String stacktrace) implements IExecutionExceptionHandler, IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine line = e.getCommandLine();
        if (arguments.length == 0) {
            line.usage(err);
            return line.getCommandSpec().exitCodeOnInvalidInput();
        }
        return usage(line, e.getMessage() + suggestion(e));
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        if (e instanceof UsageException) {
            return usage(line, text(e));
        }
        if (e instanceof RecipeException recipe) {
            // Everything that is wrong, a line each: a recipe that makes no sense is a usage error.
            recipe.problems().forEach(err::println);
            err.flush();
            return line.getCommandSpec().exitCodeOnInvalidInput();
        }
        if (line.getParseResult().hasMatchedOption(stacktrace)) {
            e.printStackTrace(err);
        } else {
            err.println("poise: " + message(e));
        }
        err.flush();
        return line.getCommandSpec().exitCodeOnExecutionException();
    }

    private int usage(CommandLine line, String message) {
        String command = line.getCommandSpec().qualifiedName();
        err.println(command + ": " + message);
        err.println(command + " --help shows what it takes");
        err.flush();
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String suggestion(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            return "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
        }
        return "";
    }

    /// What a person is told: the message of failures that are told on purpose, and the kind of all others as well.
    private String message(Throwable e) {
        return switch (e) {
            case UncheckedIOException failure -> message(Objects.requireNonNull(failure.getCause()));
            case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case IOException _,
                    DataException _,
                    HubException _,
                    ModelException _,
                    WeightsException _,
                    TokenizerException _,
                    NonFiniteException _,
                    IllegalArgumentException _,
                    IllegalStateException _ -> text(e);
            case Throwable unexpected -> {
                // Native failures carry a C++ stack behind their first line.
                String first = text(unexpected).lines().findFirst().orElse("");
                String kind = unexpected.getClass().getSimpleName();
                yield kind + ": " + first + " (unexpected; " + stacktrace + " shows where)";
            }
        };
    }

    private static String text(Throwable e) {
        return String.valueOf(e.getMessage());
    }
}
