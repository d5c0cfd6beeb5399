package dev.poise.cli;

import dev.poise.report.Report;
import dev.poise.report.ReportData;
import dev.poise.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `poise report`: a run as one page.
@Command(footer = {"", "With --json it prints what the page shows instead."})
final class WriteReport implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "RUN", description = "A run directory.")
    private Path run;

    @Option(names = "--json", description = "Prints the report's numbers as one JSON object.")
    private boolean json;

    WriteReport(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(new RunDirectory(run).recipe())) {
            throw new IOException(run + " must be a run directory, and holds no recipe.yaml");
        }
        console.result(
                json
                        ? JsonMapper.shared().writeValueAsString(ReportData.read(run))
                        : Report.write(run).toString());
        return 0;
    }
}
