package dev.poise.cli;

import dev.poise.experiment.ExperimentPage;
import dev.poise.experiment.GradientComparison;
import dev.poise.experiment.OnPolicy;
import dev.poise.experiment.Overoptimisation;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `poise reproduce`: a paper's comparison from one command.
@Command(
        footer = {
            "",
            "Names: gradient (arXiv 2408.16751: MLE, unlikelihood, ExMATE, DPO and their mixtures),",
            "overoptimisation (arXiv 2410.11677: likelihood, win rate, stop rules and the governor),",
            "onpolicy (arXiv 2404.14367: whose samples, which gradient, from bandits to stories).",
            "",
            "Without --model and --play, models/stories260K and text/tinyshakespeare.txt in the folder that POISE_DATA names."
        })
final class Reproduce implements Callable<Integer> {

    /// What can be repeated.
    enum Name {
        GRADIENT,
        OVEROPTIMISATION,
        ONPOLICY
    }

    /// Characters of a table that still belongs on a terminal.
    private static final int WIDEST = 180;

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "What to repeat.")
    private Name name;

    @Option(names = "--model", paramLabel = "DIR", description = "A decoder that writes stories.")
    private @Nullable Path model;

    @Option(
            names = "--play",
            paramLabel = "FILE",
            description = "Dialogues: each turn a line with a name and a colon, then text, then an empty line.")
    private @Nullable Path play;

    @Option(
            names = "--questions",
            paramLabel = "FILE",
            description =
                    "A JSON array of objects with prompt and reference, asked at every look (overoptimisation; for models"
                            + " that know anything).")
    private @Nullable Path questions;

    @Option(names = "--quick", description = "Minutes: fewer seeds and pairs, wider intervals.")
    private boolean quick;

    @Option(names = "--full", description = "Hours: everything that the paper varied (overoptimisation, onpolicy).")
    private boolean full;

    @Option(
            names = "--output",
            paramLabel = "PAGE",
            description = "Where the page goes (default: runs/reproduce-NAME.html).")
    private @Nullable Path output;

    @Option(names = "--json", description = "Prints everything on the page as one JSON object.")
    private boolean json;

    Reproduce(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        requireScale();
        Path decoder = HubInputs.of(console)
                .model(given(model, "models/stories260K", "--model must name a decoder that writes stories"));
        String word = name.name().toLowerCase(Locale.ROOT);
        Path target = Optional.ofNullable(output).orElse(Path.of("runs", "reproduce-" + word + ".html"));
        createFolder(target);
        ExperimentPage page;
        try (RunProgress progress = new RunProgress(console)) {
            page = switch (name) {
                case GRADIENT ->
                    GradientComparison.run(
                            decoder,
                            given(play, "text/tinyshakespeare.txt", "--play must name a file of dialogues"),
                            quick ? GradientComparison.Scale.QUICK : GradientComparison.Scale.FULL,
                            progress);
                case OVEROPTIMISATION ->
                    Overoptimisation.run(
                            decoder,
                            questions,
                            quick
                                    ? Overoptimisation.Scale.QUICK
                                    : full ? Overoptimisation.Scale.FULL : Overoptimisation.Scale.DEFAULT,
                            progress);
                case ONPOLICY ->
                    OnPolicy.run(
                            decoder,
                            quick ? OnPolicy.Scale.QUICK : full ? OnPolicy.Scale.FULL : OnPolicy.Scale.DEFAULT,
                            progress);
            };
        }
        AtomicWrite.file(target, page.html().getBytes(StandardCharsets.UTF_8));
        if (json) {
            console.result(JsonMapper.shared().writeValueAsString(page));
            return 0;
        }
        page.parts().forEach(this::print);
        console.result(String.format(Locale.ROOT, "took  %.0f s", (System.nanoTime() - start) / 1e9));
        console.result("page  " + target + "  <- open this in a browser");
        return 0;
    }

    private void requireScale() {
        if (quick && full) {
            throw new UsageException("--quick and --full must not stand together");
        }
        if (full && name == Name.GRADIENT) {
            throw new UsageException(
                    "--full must stand with overoptimisation or onpolicy; without --quick, gradient is done in full");
        }
        if (questions != null && name != Name.OVEROPTIMISATION) {
            throw new UsageException("--questions must stand with overoptimisation, which alone asks any");
        }
        if (play != null && name != Name.GRADIENT) {
            throw new UsageException("--play must stand with gradient, which alone reads one");
        }
    }

    private static Path given(@Nullable Path path, String inData, String wanted) {
        return Optional.ofNullable(path)
                .or(() -> Optional.ofNullable(System.getenv("POISE_DATA")).map(data -> Path.of(data, inData)))
                .orElseThrow(() -> new UsageException(wanted + ", since POISE_DATA is not set"));
    }

    private void print(ExperimentPage.Part part) {
        console.result(part.name());
        part.claims().forEach(claim -> {
            console.result("  " + claim.text());
            console.result("    " + word(claim.verdict()) + ": " + claim.measured());
        });
        for (ExperimentPage.Chart chart : part.charts()) {
            console.result("");
            console.result("  " + chart.name() + " (" + chart.unit() + "): " + chart.hint());
            for (ExperimentPage.Bar bar : chart.bars()) {
                console.result(String.format(
                        Locale.ROOT,
                        "    %-30s %9.4f  (%.4f to %.4f)",
                        bar.name(),
                        bar.value(),
                        bar.low(),
                        bar.high()));
            }
        }
        for (ExperimentPage.Table table : part.tables()) {
            console.result("");
            console.result("  " + table.name() + ": " + table.hint());
            print(table);
        }
        console.result("");
    }

    /// Columns side by side, the first to the left and numbers to the right; long texts are for the page.
    private void print(ExperimentPage.Table table) {
        int[] widths = new int[table.head().size()];
        Stream.concat(Stream.of(table.head()), table.rows().stream()).forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        if (Arrays.stream(widths).sum() > WIDEST) {
            console.result("    on the page");
            return;
        }
        Stream.concat(Stream.of(table.head()), table.rows().stream())
                .map(row -> IntStream.range(0, widths.length)
                        .mapToObj(i -> String.format(
                                Locale.ROOT, i == 0 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s", row.get(i)))
                        .collect(Collectors.joining("  ", "    ", "")))
                .forEach(console::result);
    }

    /// Minutes of work come before the page: a place that cannot hold it is refused now.
    private static void createFolder(Path page) {
        Path folder = Objects.requireNonNull(page.toAbsolutePath().getParent(), "the folder of a file");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UsageException("--output must be a file in a folder that can be made, got " + page);
        }
        if (Files.isDirectory(page) || !Files.isWritable(folder)) {
            throw new UsageException("--output must be a file that can be written, got " + page);
        }
    }

    private static String word(ExperimentPage.Verdict verdict) {
        return switch (verdict) {
            case HOLDS -> "holds here";
            case FAILS -> "does not hold here";
            case OPEN -> "not decided here";
        };
    }
}
