package dev.poise.cli;

import dev.poise.data.ExampleReader;
import dev.poise.data.Ranking;
import dev.poise.data.Reading;
import dev.poise.data.Survey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `poise data`: what a data set holds, without a model.
@Command(footer = {"", "Rows that cannot be used never stop it; poise train stops at the first unless told otherwise."})
final class Data implements Callable<Integer> {

    private final Console console;

    @Parameters(
            paramLabel = "DATA",
            arity = "1..*",
            description = "Files or folders of .jsonl, .json (also .gz or .zst) or .parquet, or data sets of the hub:"
                    + " hf:organisation/name, behind it perhaps @revision, /path and #split.")
    private List<Path> paths = List.of();

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description = "Shape of the rows, as recipes call it; detected where it is not given.")
    private Optional<String> shape = Optional.empty();

    @Option(
            names = "--ranking",
            paramLabel = "WHAT",
            defaultValue = "best_worst",
            description = "Pairs that are made of ranked completions: best_worst, adjacent or all (default:"
                    + " ${DEFAULT-VALUE}).")
    private Ranking ranking;

    @Option(names = "--json", description = "Prints one JSON object a path.")
    private boolean json;

    Data(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Reading reading = new Reading(DataOptions.shape(shape), ranking);
        for (Path path : paths) {
            tell(path, reading);
        }
        return 0;
    }

    private void tell(Path path, Reading reading) {
        try (ExampleReader reader = ExampleReader.open(HubInputs.of(console).rows(path), reading)) {
            Survey survey = Survey.of(reader);
            if (json) {
                ObjectNode object = survey.toJson();
                object.put("path", path.toString()).put("shape", reader.shape().key());
                reader.remarks().forEach(object.withArray("remarks")::add);
                console.result(object.toString());
                return;
            }
            console.result(path.toString());
            reader.remarks().forEach(line -> console.result("  " + line));
            survey.lines().forEach(line -> console.result("  " + line));
        }
    }
}
