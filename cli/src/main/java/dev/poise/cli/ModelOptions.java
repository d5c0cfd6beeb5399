package dev.poise.cli;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The options of every command that asks a model something.
final class ModelOptions {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description =
                    "Model directory in Hugging Face's layout, a GGUF file, or a model of the hub: organisation/name,"
                            + " behind it perhaps @revision.")
    private Path named;

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

    /// The model's directory.
    Path directory() {
        return ModelPath.directory(named);
    }

    /// Starts libtorch and reads the model, for asking only.
    Decoder read() {
        return read(directory());
    }

    /// Reads another model beside it, in the same way.
    Decoder read(Path other) {
        Path directory = ModelPath.directory(other);
        requireDirectory(directory);
        start();
        return ModelDirectory.read(directory, precision, false);
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
