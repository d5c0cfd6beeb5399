package dev.poise.cli;

import dev.poise.cli.bench.Benchmark;
import dev.poise.cli.bench.Findings;
import dev.poise.cli.bench.FindingsText;
import dev.poise.cli.bench.Settings;
import dev.poise.cli.bench.Work;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise bench`: times Poise, and what others do on the same work.
@Command(
        footer = {
            "",
            "Work: dpo-float32, dpo-bfloat16, dpo-lora, sample-260k, sample-49m, scaling, matmul.",
            "",
            "Each side runs as a process of its own, with the same rows in the same order and the same threads. Where"
                    + " losses or tokens differ, no time is shown, and the exit code is 1. Without data and models,"
                    + " both are made up."
        })
final class Bench implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "WORK", arity = "0..*", description = "What to time (default: everything).")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "Python of a virtual environment with torch, transformers, trl, datasets and peft; without it"
                    + " Poise runs alone.")
    private @Nullable Path python;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "The larger model (default: a fresh Llama of 49 M parameters).")
    private @Nullable Path model;

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "Tokenizer of a fresh larger model (default: 50,257 made-up words).")
    private @Nullable Path tokenizer;

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "Preference data; asks for --model or --tokenizer (default: made-up pairs).")
    private @Nullable Path pairs;

    @Option(
            names = "--small-model",
            paramLabel = "DIR",
            description = "The model of sample-260k (default: a fresh one of its size).")
    private @Nullable Path smallModel;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Turns of each side (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "8",
            description = "Timed optimiser steps a turn (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--batches",
            paramLabel = "N",
            defaultValue = "3",
            description = "Timed batches of completions a turn (default: ${DEFAULT-VALUE}).")
    private int batches;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "2",
            description = "Steps or batches before those (default: ${DEFAULT-VALUE}).")
    private int warmup;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of one operation; 0 for one a core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "runs/bench",
            description = "Where bench.md and bench.json go; earlier ones are replaced (default: ${DEFAULT-VALUE}).")
    private Path output;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Option(names = "--launcher", hidden = true, description = "The program that is timed.")
    private @Nullable Path launcher;

    Bench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Set<Work> works = works();
        Settings settings = settings();
        Path folder = Files.createTempDirectory("poise-bench");
        Findings findings;
        try {
            findings = Benchmark.run(works, settings, folder, console::note);
        } catch (IllegalStateException e) {
            console.note("models, runs and logs stay in " + folder);
            throw e;
        }
        AtomicWrite.delete(folder);
        Files.createDirectories(output);
        Files.writeString(output.resolve("bench.md"), FindingsText.markdown(findings));
        Files.writeString(
                output.resolve("bench.json"), FindingsText.json(findings).toPrettyString() + "\n");
        console.result(
                json
                        ? FindingsText.json(findings).toString()
                        : FindingsText.markdown(findings).stripTrailing());
        return findings.comparisons().stream().allMatch(comparison -> comparison.disagreement() == null) ? 0 : 1;
    }

    private Set<Work> works() {
        try {
            Set<Work> works = EnumSet.noneOf(Work.class);
            names.forEach(name -> works.add(Work.named(name)));
            return works.isEmpty() ? EnumSet.allOf(Work.class) : works;
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Settings settings() {
        try {
            return new Settings(
                    launcher == null ? launcher() : launcher,
                    python,
                    model == null ? null : HubInputs.of(console).model(model),
                    tokenizer,
                    pairs,
                    smallModel,
                    rounds,
                    steps,
                    batches,
                    warmup,
                    threads);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /// The launcher of the project that this class was built in.
    private static Path launcher() {
        try {
            Path here = Path.of(
                    Objects.requireNonNull(Bench.class.getProtectionDomain().getCodeSource())
                            .getLocation()
                            .toURI());
            for (Path folder = here; folder != null; folder = folder.getParent()) {
                if (Files.isExecutable(folder.resolve("poise")) && Files.exists(folder.resolve("cli/find-jdk"))) {
                    return folder.resolve("poise");
                }
            }
            throw new IllegalStateException(
                    here + ": must lie in a project with the launcher poise; name one in" + " --launcher");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of Poise's own classes cannot be told", e);
        }
    }
}
