package dev.poise.cli;

import dev.poise.report.Report;
import dev.poise.run.Recipe;
import dev.poise.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise train`: carries out a recipe.
@Command(
        customSynopsis = "poise train [--resume] [--json] RECIPE [--KEY VALUE]...",
        footer = {
            "",
            "Every key of the recipe can be set from here, dotted: --model DIR, --data.train FILE, --output RUN,"
                    + " --objective.0.beta 0.2, --train.learning_rate 1e-6. What is wrong with a recipe is told all at"
                    + " once, before any work.",
            "",
            "With --resume a run that was stopped at any moment goes on from its newest checkpoint; its metrics and"
                    + " weights come out as if it had never stopped."
        })
final class Train implements Callable<Integer> {

    private final Console console;

    @Option(names = "--resume", description = "Goes on with the run in the output directory.")
    private boolean resume;

    @Option(names = "--json", description = "Prints what came of it as one JSON object.")
    private boolean json;

    @Parameters(paramLabel = "RECIPE", arity = "0..*", description = "A recipe (YAML), and keys of it to set.")
    private List<String> words = new ArrayList<>();

    Train(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        RecipeArguments arguments = RecipeArguments.of(words);
        Recipe recipe = arguments.bind(HubInputs.of(console));
        Training.Outcome outcome;
        try (RunProgress progress = new RunProgress(console)) {
            outcome = Training.run(recipe, resume, progress);
        }
        Path report = Report.write(recipe.output());
        if (json) {
            ObjectNode result = JsonMapper.shared().createObjectNode();
            result.put("steps", outcome.steps()).put("model", outcome.model().toString());
            result.put("report", report.toString()).put("reference_seconds", outcome.referenceSeconds());
            if (outcome.stopped() != null) {
                result.put("stopped", outcome.stopped());
            }
            outcome.evaluation().forEach(result::put);
            console.result(result.toString());
            return 0;
        }
        outcome.evaluation()
                .forEach((name, value) -> console.result(String.format(Locale.ROOT, "%-28s %.6g", name, value)));
        if (outcome.stopped() != null) {
            console.result("stopped " + outcome.stopped());
        }
        console.result("model   " + outcome.model());
        console.result("report  " + report);
        return 0;
    }
}
