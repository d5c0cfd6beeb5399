package dev.poise.cli;

import dev.poise.data.Encoder;
import dev.poise.data.EncodingCounts;
import dev.poise.data.ExampleReader;
import dev.poise.model.Decoder;
import dev.poise.model.ModelFiles;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `poise score`: what a model thinks of the completions of a data set, and how far that is from a reference.
@Command(
        footer = {
            "",
            "Log-probabilities are in nats over the completion's tokens: their sum, mean and number. With --json, one"
                    + " object a line: the row's index, then chosen and rejected, or completion; with a reference the"
                    + " same numbers under reference, and rewards = beta * (sum - the reference's sum). The reference"
                    + " reads the model's tokens."
        })
final class Score implements Callable<Integer> {

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "A file or folder of .jsonl, .json (also .gz or .zst) or .parquet, or hf:organisation/name.")
    private Path file;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ChatOptions chat = new ChatOptions();

    @Option(names = "--reference", paramLabel = "DIR", description = "Model directory of a reference.")
    private @Nullable Path reference;

    @Option(
            names = "--beta",
            paramLabel = "B",
            defaultValue = "0.1",
            description = "Factor of rewards, 1/nat (default: ${DEFAULT-VALUE}).")
    private double beta;

    @Option(
            names = "--micro-batch-tokens",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Tokens of one forward pass (default: ${DEFAULT-VALUE}).")
    private int microBatchTokens;

    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;

    Score(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!(beta > 0) || Double.isInfinite(beta)) {
            throw new UsageException("--beta must be positive and finite, got " + beta);
        }
        if (microBatchTokens < 1) {
            throw new UsageException("--micro-batch-tokens must be at least 1, got " + microBatchTokens);
        }
        model.locate(console);
        reference = reference == null ? null : HubInputs.of(console).model(reference);
        ModelFiles files = model.files();
        try (Decoder policy = model.read(files);
                Tokenizer tokenizer = Tokenizer.read(files.tokens())) {
            Optional<ChatTemplate> template = chat.template(files.tokens(), tokenizer);
            if (reference == null) {
                score(tokenizer, template, List.of(policy));
            } else if (ModelOptions.files(reference).equals(new ModelFiles(files.base(), null))) {
                score(tokenizer, template, List.of(policy, policy.base())); // the adapter off: no second copy
            } else {
                try (Decoder other = model.read(ModelOptions.files(reference))) {
                    score(tokenizer, template, List.of(policy, other));
                }
            }
        }
        return 0;
    }

    /// @param decoders the policy, and the reference where there is one
    private void score(Tokenizer tokenizer, Optional<ChatTemplate> template, List<Decoder> decoders) {
        tokenizer.specialTokens().warnings().forEach(console::note);
        template.ifPresent(format -> format.warnings(tokenizer).forEach(console::note));
        int context = decoders.stream()
                .mapToInt(decoder -> decoder.architecture().context())
                .min()
                .orElseThrow();
        Encoder encoder = new Encoder(tokenizer, template, data.maxTokens(context), data.tooLong);
        Scoring scoring = new Scoring(encoder, data.badRows, decoders, microBatchTokens);
        try (ExampleReader reader = data.open(HubInputs.of(console).rows(file));
                ProgressLine progress = new ProgressLine(console.err(), "score", "rows", 0)) {
            reader.remarks().forEach(remark -> console.note(file + ": " + remark));
            progress.update(0, "");
            EncodingCounts counts =
                    scoring.score(reader, progress::note, this::print, rows -> progress.update(rows, ""));
            counts.lines().forEach(progress::note);
        }
    }

    private void print(Scored row) {
        console.result(json ? row.toJson(beta) : row.toText(beta));
    }
}
