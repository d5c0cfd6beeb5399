package dev.poise.cli;

import dev.poise.report.RunComparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `poise compare`: runs side by side.
@Command(
        footer = {
            "",
            "Held-out metrics and monitors are shown at their last value, others as the mean of their last tenth. Each is"
                    + " one run: compare runs that differ by the seed to see how much of a difference is chance."
        })
final class Compare implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "RUN", arity = "2..*", description = "Run directories, two or more.")
    private List<Path> runs = new ArrayList<>();

    @Option(names = "--json", description = "Prints the comparison as one JSON object.")
    private boolean json;

    @Option(names = "--page", paramLabel = "FILE", description = "Writes it as one self-contained page as well.")
    private @Nullable Path page;

    Compare(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        RunComparison comparison = RunComparison.of(runs);
        if (page != null) {
            comparison.writeTo(page);
        }
        if (json) {
            console.result(JsonMapper.shared().writeValueAsString(comparison));
            return 0;
        }
        for (int i = 0; i < comparison.runs().size(); i++) {
            console.result("run " + (i + 1) + "  " + comparison.runs().get(i));
        }
        console.result("");
        console.result(comparison.differences().isEmpty() ? "nothing differs" : "what differed");
        for (RunComparison.Difference difference : comparison.differences()) {
            console.result("  " + difference.of() + "  " + difference.key());
            for (int i = 0; i < difference.values().size(); i++) {
                console.result("      " + (i + 1) + "  " + difference.values().get(i));
            }
        }
        console.result("");
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-32s", "what came of it"));
        for (int i = 0; i < comparison.runs().size(); i++) {
            head.append(String.format(Locale.ROOT, " %12s", "run " + (i + 1)));
        }
        console.result(head.toString());
        for (RunComparison.Outcome outcome : comparison.outcomes()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-30s", outcome.metric()));
            for (Double value : outcome.values()) {
                line.append(String.format(Locale.ROOT, " %12s", value == null ? "-" : digits(value)));
            }
            console.result(line.toString());
        }
        for (int i = 0; i < comparison.told().size(); i++) {
            int run = i + 1;
            comparison
                    .told()
                    .get(i)
                    .forEach(event -> console.result("  run " + run + ", step " + event.step() + ": " + event.title()
                            + " (" + event.name() + ")"));
        }
        if (page != null) {
            console.result("page  " + page);
        }
        comparison.problems().forEach(console::note);
        return 0;
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
