package dev.poise.cli;

import dev.poise.evaluate.Estimate;
import dev.poise.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/// `poise quickstart`: the main job on an embedded default.
@Command
final class Quickstart implements Callable<Integer> {

    private final Console console;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "runs/quickstart",
            description = "Where everything goes; a folder that is there is not touched, the next free name is taken"
                    + " (default: ${DEFAULT-VALUE}).")
    private Path output;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", description = "Prints what came of it as one JSON object.")
    private boolean json;

    Quickstart(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        dev.poise.experiment.Quickstart.Outcome outcome;
        try (RunProgress progress = new RunProgress(console)) {
            outcome = dev.poise.experiment.Quickstart.run(free(output), seed, progress);
        }
        Path report = Report.write(outcome.run());
        Estimate winRate = outcome.winRate();
        if (json) {
            console.result(JsonMapper.shared()
                    .createObjectNode()
                    .put("win_rate", winRate.value())
                    .put("low", winRate.interval().low())
                    .put("high", winRate.interval().high())
                    .put("prompts", winRate.n())
                    .put("report", report.toString())
                    .toString());
            return 0;
        }
        console.result(String.format(
                Locale.ROOT,
                "%s: %.1f %% (95 %% interval %.1f to %.1f, %d prompts, ties half)",
                winRate.name(),
                100 * winRate.value(),
                100 * winRate.interval().low(),
                100 * winRate.interval().high(),
                winRate.n()));
        console.result(String.format(Locale.ROOT, "took    %.0f s", (System.nanoTime() - start) / 1e9));
        console.result("report  " + report + "  <- open this in a browser");
        return 0;
    }

    /// The folder itself, or the first of `folder-2`, `folder-3`, … that does not exist.
    private static Path free(Path folder) {
        Path candidate = folder;
        for (int number = 2; candidate.toFile().exists(); number++) {
            candidate = folder.resolveSibling(folder.getFileName() + "-" + number);
        }
        return candidate;
    }
}
