package dev.poise.cli;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `poise merge`: a whole model of a base and its adapter.
@Command(
        footer = {
            "",
            "Every adapted matrix becomes W + s B A, added in float32, so that the whole model's logits are those of the"
                    + " two to rounding. A head that was tied to the embedding and is adapted becomes a matrix of its own."
                    + " The base stays as it is: there is nothing to unmerge."
        })
final class Merge implements Callable<Integer> {

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where the whole model goes.")
    private Path output;

    Merge(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelFiles files = model.files();
        if (files.adapter() == null) {
            throw new UsageException("--model must be an adapter's directory, or its base with --adapter, got a whole"
                    + " model: " + files.base());
        }
        if (Files.exists(output)) {
            throw new UsageException("--output must not be there yet, got " + output);
        }
        model.start();
        try (Decoder adapted = ModelDirectory.readAny(files, model.precision);
                Decoder merged = adapted.merged()) {
            AtomicWrite.directory(output, target -> {
                ModelDirectory.write(merged, files.base(), target);
                ModelDirectory.copyCompanions(files.tokens(), target);
            });
        }
        console.result("model   " + output);
        return 0;
    }
}
