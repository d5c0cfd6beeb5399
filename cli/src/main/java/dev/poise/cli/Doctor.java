package dev.poise.cli;

import dev.poise.cli.Check.Status;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `poise doctor`: what was found of all that Poise stands on, and what to do about what is missing.
@Command(footer = {"", "Ends with 1 when something is missing that nothing works without."})
final class Doctor implements Callable<Integer> {

    private final Console console;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    Doctor(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        return report(Checkup.run());
    }

    /// Prints the checks; returns the exit code.
    int report(List<Check> checks) {
        boolean works = checks.stream().noneMatch(check -> check.status() == Status.MISSING);
        if (json) {
            ObjectNode all = JsonMapper.shared().createObjectNode().put("works", works);
            ArrayNode array = all.putArray("checks");
            for (Check check : checks) {
                array.addObject()
                        .put("name", check.name())
                        .put("status", check.status().name().toLowerCase(Locale.ROOT))
                        .put("found", check.found())
                        .put("advice", check.advice());
            }
            console.result(all.toString());
        } else {
            checks.forEach(this::print);
        }
        return works ? 0 : 1;
    }

    private void print(Check check) {
        String line = String.format(Locale.ROOT, "%s %-18s %s", sign(check.status()), check.name(), check.found());
        console.result(line);
        if (!check.advice().isEmpty()) {
            console.result(" ".repeat(line.indexOf(check.found())) + "-> " + check.advice());
        }
    }

    private String sign(Status status) {
        String word =
                switch (status) {
                    case GOOD -> "ok     ";
                    case FAIR -> "note   ";
                    case MISSING -> "MISSING";
                };
        int colour =
                switch (status) {
                    case GOOD -> 32;
                    case FAIR -> 33;
                    case MISSING -> 31;
                };
        return console.out().colours() ? "\u001b[" + colour + "m" + word + "\u001b[0m" : word;
    }
}
