package dev.poise.cli;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that asks a model something.
final class ModelOptions {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "Model directory in Hugging Face's layout, an adapter's in PEFT's, a GGUF file, or a model of the hub:"
                            + " organisation/name, behind it perhaps @revision.")
    private Path named;

    @Option(names = "--adapter", paramLabel = "DIR", description = "Directory of an adapter for the model.")
    private @Nullable Path adapter;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "Of matrix products: float32, bfloat16 or float64 (default: ${DEFAULT-VALUE}).")
    Precision precision;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of one operation; 0 for one a core (default: ${DEFAULT-VALUE}).")
    int threads;

    /// Finds the model on this machine, and fetches it from the hub where it is not.
    void locate(Console console) {
        named = HubInputs.of(console).model(named);
    }

    /// The model's files.
    ModelFiles files() {
        ModelFiles files = files(named);
        if (adapter == null) {
            return files;
        }
        if (files.adapter() != null) {
            throw new UsageException(
                    "--model must be the adapter's base where --adapter is given, got another adapter: " + named);
        }
        requireDirectory(adapter);
        return new ModelFiles(files.base(), adapter);
    }

    /// The files of a model that a command line names.
    static ModelFiles files(Path named) {
        Path directory = ModelPath.directory(named);
        requireDirectory(directory);
        return ModelFiles.of(directory);
    }

    /// Starts libtorch and reads a model, for asking only.
    Decoder read(ModelFiles files) {
        start();
        return ModelDirectory.read(files, precision, false);
    }

    /// Starts libtorch.
    void start() {
        if (threads < 0) {
            throw new UsageException("--threads must be at least 0, got " + threads);
        }
        Torch.start(threads);
    }

    /// Tells of a model that is not there, before another one works for hours.
    static void requireDirectory(Path model) {
        if (!Files.isDirectory(model)) {
            throw new IllegalArgumentException(model + ": a model must be a directory or a GGUF file");
        }
    }
}
