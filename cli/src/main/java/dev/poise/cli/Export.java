package dev.poise.cli;

import dev.poise.model.GgufExport;
import dev.poise.run.RunDirectory;
import dev.poise.sink.TensorBoard;
import dev.poise.sink.TrainerState;
import dev.poise.weights.GgufTensor;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise export`: a model or a run in the format of other tools.
@Command(
        footer = {
            "",
            "gguf: one file that llama.cpp runs, of a model directory or a run's model; --output names it.",
            "tensorboard: an event file with everything in metrics.jsonl, into the run or the directory --output.",
            "trainer_state: trainer_state.json as transformers' Trainer writes it, into the run or the file --output.",
            "",
            "Nothing that exists is overwritten."
        })
final class Export implements Callable<Integer> {

    /// What is written.
    enum Format {
        GGUF,
        TENSORBOARD,
        TRAINER_STATE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Console console;

    @Parameters(paramLabel = "WHAT", description = "A model directory or a run directory.")
    private Path what;

    @Option(names = "--to", required = true, paramLabel = "FORMAT", description = "One of ${COMPLETION-CANDIDATES}.")
    private Format format;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Of a GGUF file's matrices: f32, f16, bf16 or q8_0 (default: f16).")
    private GgufTensor.@Nullable Type type;

    @Option(names = "--output", paramLabel = "PATH", description = "Where it goes; must not exist.")
    private @Nullable Path output;

    Export(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (type != null && format != Format.GGUF) {
            throw new UsageException("--type is of GGUF files, got --to " + format);
        }
        Path written =
                switch (format) {
                    case GGUF -> gguf();
                    case TENSORBOARD -> TensorBoard.export(run(), output == null ? what : output);
                    case TRAINER_STATE -> {
                        RunDirectory run = run();
                        Path file = output == null ? run.trainerState() : output;
                        requireNew(file);
                        TrainerState.read(run).writeTo(file);
                        yield file;
                    }
                };
        console.result(written.toString());
        return 0;
    }

    private Path gguf() throws IOException {
        if (output == null) {
            throw new UsageException("--output must name the file to write, such as model.gguf");
        }
        requireNew(output);
        RunDirectory run = new RunDirectory(what);
        boolean isRun = Files.exists(run.recipe());
        if (isRun && !Files.isDirectory(run.model())) {
            throw new IOException(what + " must be a finished run, and holds no model; export one of its checkpoints");
        }
        Path model = isRun ? run.model() : what;
        ModelOptions.requireDirectory(model);
        GgufExport.write(model, output, type == null ? GgufTensor.Type.F16 : type, console::note);
        return output;
    }

    private RunDirectory run() throws IOException {
        RunDirectory run = new RunDirectory(what);
        if (!Files.exists(run.recipe())) {
            throw new IOException(what + " must be a run directory, and holds no recipe.yaml");
        }
        return run;
    }

    /// Before any work: what is there stays, and what cannot be written is told.
    private static void requireNew(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file + " must not exist; choose another --output");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(String.valueOf(folder));
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " must be writable; choose another --output");
        }
    }
}
