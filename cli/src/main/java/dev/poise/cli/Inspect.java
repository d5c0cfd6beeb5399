package dev.poise.cli;

import dev.poise.data.Encoder;
import dev.poise.data.ExampleReader;
import dev.poise.data.Inspection;
import dev.poise.data.InspectionText;
import dev.poise.model.ModelDirectory;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise inspect`: what a model will see of a data set.
@Command(
        footer = {
            "",
            "Tokens stand apart as |, those that are trained in brackets. With --json, one object a line:"
                    + " index, rendered and tokens, for pairs under chosen and rejected; a row that would not be used"
                    + " says why."
        })
final class Inspect implements Callable<Integer> {

    private final Console console;

    @Parameters(
            paramLabel = "DATA",
            description = "A file or folder of .jsonl, .json (also .gz or .zst) or .parquet, or hf:organisation/name.")
    private Path file;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Model directory in Hugging Face's layout, or a model of the hub, for its tokenizer.")
    private Path model;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ChatOptions chat = new ChatOptions();

    @Option(names = "--rows", paramLabel = "N", description = "How many rows to show (default: 3, with --json all).")
    private Optional<Long> rows = Optional.empty();

    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;

    Inspect(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        model = HubInputs.of(console).model(model);
        long limit = rows.orElse(json ? Long.MAX_VALUE : 3L);
        Path tokens = ModelOptions.files(model).tokens();
        try (Tokenizer tokenizer = Tokenizer.read(tokens);
                ExampleReader reader = data.open(HubInputs.of(console).rows(file))) {
            Optional<ChatTemplate> template = chat.template(tokens, tokenizer);
            int context = ModelDirectory.architecture(model).context();
            Encoder encoder = new Encoder(tokenizer, template, data.maxTokens(context), data.tooLong);
            reader.remarks().forEach(remark -> console.note(file + ": " + remark));
            tokenizer.specialTokens().warnings().forEach(console::note);
            for (long index = 0; index < limit && reader.hasNext(); index++) {
                Inspection row = Inspection.of(index, reader.next(), encoder, tokenizer);
                if (json) {
                    console.result(row.toJson());
                } else {
                    InspectionText.lines(row).forEach(console::result);
                }
            }
        }
        return 0;
    }
}
